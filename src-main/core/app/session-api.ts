/** The AppApi of one session: every call with its arguments checked, as own methods that `shared/rpc.ts` can serve. */
import type { AppApi } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { classCalls } from './class-calls.js';
import { imageCalls } from './image-calls.js';
import { labelCalls } from './label-calls.js';
import { labelFileCalls } from './label-file-calls.js';
import { machineCalls } from './machine-calls.js';
import { modelPixelCalls } from './model-pixel-calls.js';
import { predictionCalls } from './prediction-calls.js';
import { projectCalls } from './project-calls.js';
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
    ...trainingCalls(session),
    ...runCalls(session),
  };
  const rest = { ...machineCalls(session), ...projectCalls(session) };
  const onProject = new Set<string>(Object.keys(project));
  return checked(session, { ...project, ...rest }, onProject);
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
      return session.during(signal, (until) => method(given, { ...call, signal: until }));
    };
    return [name, answer] as const;
  });
  // `PARAMETERS` has exactly the names of the contract.
  return Object.fromEntries(entries) as unknown as AppApi;
}
