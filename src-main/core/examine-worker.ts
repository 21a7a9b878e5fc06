/** Entry of a thread that examines one project, mends it if asked, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { isAppError, messageOf } from '../shared/errors.js';
import { examineProject } from './project-doctor.js';
import type { ExamineReply, ExamineWork } from './examine-thread.js';

const port = parentPort!;
const { folder, repair } = workerData as ExamineWork;
const post = (reply: ExamineReply) => port.postMessage(reply);
const stopping = new AbortController();
port.once('message', () => stopping.abort());

try {
  const report = await examineProject(
    folder,
    { repair },
    { signal: stopping.signal, onEvent: (progress) => post({ kind: 'progress', progress }) },
  );
  post({ kind: 'done', report });
} catch (error) {
  post({ kind: 'failed', code: isAppError(error) ? error.code : null, message: messageOf(error) });
}
