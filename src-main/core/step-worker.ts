/** Entry of a thread that makes one step on a connection of its own, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { isAppError, messageOf } from '../shared/errors.js';
import { openBeside } from '../store/beside.js';
import type { RemapProgress } from '../store/label-remap.js';
import { makeStepOf } from './step-job.js';
import { FLAGS, type StepReply, type StepWork } from './step-thread.js';

const TELL_MS = 50;

const port = parentPort!;
const { right, job, shared } = workerData as StepWork;
const flags = new Int32Array(shared);
const post = (reply: StepReply) => port.postMessage(reply);

let toldMs = -Infinity;
const onEvent = (progress: RemapProgress) => {
  if (progress.done < progress.total && performance.now() - toldMs < TELL_MS) return;
  toldMs = performance.now();
  post({ kind: 'progress', progress });
};
// Looked at in the middle of a transaction, where no message comes in.
const signal = {
  get aborted() {
    return Atomics.load(flags, FLAGS.stopped) === 1;
  },
};

try {
  const store = openBeside(right, () => {
    post({ kind: 'writing' });
    // The other connection must not be about to write: it would wait for this one without doing anything else.
    Atomics.wait(flags, FLAGS.mayWrite, 0);
  });
  try {
    post({ kind: 'done', step: await makeStepOf(store, job, { signal, onEvent }) });
  } finally {
    store.close();
  }
} catch (error) {
  post({ kind: 'failed', code: isAppError(error) ? error.code : null, message: messageOf(error) });
}
