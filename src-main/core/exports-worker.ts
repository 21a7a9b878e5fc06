/** Entry of a worker thread: writes one exported file after the other. */
import { parentPort } from 'node:worker_threads';
import { isAppError, messageOf } from '../shared/errors.js';
import { runExportJob, type ExportJob } from './exports-job.js';
import type { ExportReply } from './exports-thread.js';

const port = parentPort!;

port.on('message', (job: ExportJob) => {
  void runExportJob(job).then(
    () => port.postMessage({ error: null } satisfies ExportReply),
    (error: unknown) =>
      port.postMessage({
        error: { code: isAppError(error) ? error.code : null, message: messageOf(error) },
      } satisfies ExportReply),
  );
});
