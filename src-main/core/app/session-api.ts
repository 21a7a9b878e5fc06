/** The AppApi of one session: every call with its arguments checked, as own methods that `shared/rpc.ts` can serve. */
import type { AppApi } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { writtenBeside } from '../../store/beside.js';
import { batchCalls } from './batch-calls.js';
import { classCalls } from './class-calls.js';
import { imageCalls } from './image-calls.js';
import { labelCalls } from './label-calls.js';
import { labelFileCalls } from './label-file-calls.js';
import { liveCalls } from './live-calls.js';
import { machineCalls } from './machine-calls.js';
import { modelPixelCalls } from './model-pixel-calls.js';
import { predictionCalls } from './prediction-calls.js';
import { projectCalls } from './project-calls.js';
import { repairCalls } from './repair-calls.js';
import { resultsCalls } from './results-calls.js';
import type { Session } from './session.js';
import { runCalls } from './run-calls.js';
import { trainingCalls } from './training-calls.js';
import { PARAMETERS } from './validate.js';

export function sessionApi(session: Session): AppApi {
  const project = {
    ...imageCalls(session),
    ...classCalls(session),
    ...labelCalls(session),
    ...labelFileCalls(session),
    ...predictionCalls(session),
    ...modelPixelCalls(session),
    ...liveCalls(session),
    ...trainingCalls(session),
    ...runCalls(session),
    ...batchCalls(session),
    ...resultsCalls(session),
  };
  const rest = { ...machineCalls(session), ...projectCalls(session), ...repairCalls(session) };
  const onProject = new Set<string>([...Object.keys(project), 'undoProject', 'redoProject']);
  return checked(session, { ...project, ...rest }, onProject);
}

/** Calls that do not write, or only where nobody has to wait for it: answered while a large step is written beside them. */
const READING: ReadonlySet<keyof AppApi> = new Set<keyof AppApi>([
  ...([
    'imageIds',
    'imageRows',
    'imageOutlines',
    'openImage',
    'loadTiles',
    'previewLabelImport',
    'exportLabels',
  ] as const),
  ...(['planTraining', 'computeDevice', 'trainingState', 'pauseTraining', 'stopTraining'] as const),
  ...(['runs', 'runDetail', 'deletedRuns', 'exportRun'] as const),
  ...(['predictionOf', 'modelPixels', 'uncertainTiles'] as const),
  ...(['liveSuggest', 'nextToLabel', 'endLive'] as const),
  ...(['batches', 'batchFiles', 'countBatchFiles'] as const),
  ...(['measureResults', 'resultsPage', 'resultsChart', 'resultPlace', 'exportResults'] as const),
]);

/** A write that SQLite made wait would hold up everything: it waits here, seconds at most. */
async function turnToWrite(session: Session): Promise<void> {
  for (let until; session.project && (until = writtenBeside(session.project.project.store));) await until;
}

type AnyCall = (params: unknown, call?: Call<never>) => Promise<unknown>;

/** Long calls of a window that is gone end as if they had been aborted. */
function checked(session: Session, calls: AppApi, onProject: ReadonlySet<string>): AppApi {
  const entries = (Object.keys(PARAMETERS) as (keyof AppApi)[]).map((name) => {
    const method = calls[name] as AnyCall;
    const answer: AnyCall = async (params, call = {}) => {
      if (session.closed.aborted) throw new AppError('stopped', 'This window was closed.');
      const signal = call.signal ? AbortSignal.any([call.signal, session.closed]) : session.closed;
      const given = PARAMETERS[name](params, 'The call');
      if (!onProject.has(name)) return method(given, { ...call, signal });
      return session.during(signal, async (until) => {
        if (!READING.has(name)) await turnToWrite(session);
        return method(given, { ...call, signal: until });
      });
    };
    return [name, answer] as const;
  });
  // `PARAMETERS` has exactly the names of the contract.
  return Object.fromEntries(entries) as unknown as AppApi;
}
