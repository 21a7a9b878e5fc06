/**
 * Makes steps that touch many label maps in a thread, on a second connection, in one transaction: minutes of work in a
 * large project, during which this thread goes on reading. Small ones are made at once.
 */
import { Worker } from 'node:worker_threads';
import { entryPath } from '../disk/package-root.js';
import type { Progress } from '../shared/app-api.js';
import { AppError, type ErrorCode } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { rightBeside, setWrittenBeside, type BesideRight } from '../store/beside.js';
import type { RemapProgress } from '../store/label-remap.js';
import type { Store } from '../store/open.js';
import type { AppliedStep } from '../store/project-history.js';
import { makeStepOf, type StepJob } from './step-job.js';

/** Places in the shared memory: whether it is to stop, and whether the other connection keeps from writing. */
export const FLAGS = { stopped: 0, mayWrite: 1 } as const;

export interface StepWork {
  right: BesideRight;
  job: StepJob;
  shared: SharedArrayBuffer;
}

export type StepReply =
  | { kind: 'progress'; progress: RemapProgress }
  /** The transaction is about to begin. */
  | { kind: 'writing' }
  | { kind: 'done'; step: AppliedStep | null }
  | { kind: 'failed'; code: ErrorCode | null; message: string };

/** Tiles that a step may change in this thread: some ten milliseconds. */
const FEW_TILES = 128;

/**
 * All of the step lasts or nothing, also when the process is killed in the middle. An abort takes back what was done.
 * @throws AppError('stopped', 'changed', 'disk') and as the functions of step-job.ts.
 */
export async function runStep(
  store: Store,
  job: StepJob,
  call: Call<RemapProgress> = {},
  fewTiles = FEW_TILES,
): Promise<AppliedStep | null> {
  store.requireWritable();
  const right = tilesOf(store, job, fewTiles + 1) > fewTiles ? rightBeside(store) : null;
  return right
    ? inThread(store, { right, job, shared: new SharedArrayBuffer(8) }, call)
    : makeStepOf(store, job, call);
}

/** Progress of a step as the window is told it. @param name what it is about */
export const namingProgress = (name: string, call: Call<Progress> = {}): Call<RemapProgress> => ({
  ...(call.signal && { signal: call.signal }),
  onEvent: ({ done, total }) => call.onEvent?.({ done, total, name }),
});

/** How many tiles may change, counted up to `most`. */
function tilesOf(store: Store, job: StepJob, most: number): number {
  const undone = job.kind === 'redo' ? 1 : 0;
  const query =
    job.kind === 'undo' || job.kind === 'redo'
      ? `select 1 from edit join edit_tile on edit_id = edit.id where project_edit_id =
          (select ${undone ? 'min' : 'max'}(id) from project_edit where undone = ${undone})`
      : 'select 1 from tile';
  return store.sql<{ tiles: number }>(`select count(*) as tiles from (${query} limit ?)`).get(most)!.tiles;
}

function inThread(
  store: Store,
  workerData: StepWork,
  { signal, onEvent }: Call<RemapProgress>,
): Promise<AppliedStep | null> {
  const flags = new Int32Array(workerData.shared);
  const stop = () => Atomics.store(flags, FLAGS.stopped, 1);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const worker = new Worker(entryPath('step-worker'), { workerData });
  let ended: () => void = () => undefined;
  return new Promise<AppliedStep | null>((resolve, reject) => {
    worker.on('message', (reply: StepReply) => {
      if (reply.kind === 'progress') onEvent?.(reply.progress);
      else if (reply.kind === 'done') resolve(reply.step);
      else if (reply.kind === 'failed')
        reject(reply.code ? new AppError(reply.code, reply.message) : new Error(reply.message));
      else {
        setWrittenBeside(store, new Promise((done) => (ended = done)));
        Atomics.store(flags, FLAGS.mayWrite, 1);
        Atomics.notify(flags, FLAGS.mayWrite);
      }
    });
    worker.once('error', reject);
    // After its last message: what it had begun is rolled back with its connection.
    worker.once('exit', (code) => reject(new Error(`The step's thread ended with code ${code}.`)));
  }).finally(async () => {
    signal?.removeEventListener('abort', stop);
    // Its connection is closed then, and its lock gone.
    await worker.terminate();
    setWrittenBeside(store, null);
    ended();
  });
}
