/**
 * Examines and mends a project in a thread: SQLite's own checks of a large file take long and cannot be interrupted,
 * and windows on other projects must not wait for them.
 */
import { Worker } from 'node:worker_threads';
import { entryPath } from '../disk/package-root.js';
import { AppError, type ErrorCode } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import type { IntegrityProgress } from '../store/integrity.js';
import type { ProjectReport } from './project-doctor.js';

export interface ExamineWork {
  folder: string;
  repair: boolean;
}

export type ExamineReply =
  | { kind: 'progress'; progress: IntegrityProgress }
  | { kind: 'done'; report: ProjectReport }
  | { kind: 'failed'; code: ErrorCode | null; message: string };

/**
 * As `examineProject`. The project must not be open anywhere in this process: the thread opens its file anew, and on
 * closing it the operating system would drop the locks of every other connection of the process.
 */
export async function examineInThread(
  work: ExamineWork,
  { signal, onEvent }: Call<IntegrityProgress> = {},
): Promise<ProjectReport> {
  if (signal?.aborted) throw new AppError('stopped', 'The check was stopped.');
  const worker = new Worker(entryPath('examine-worker'), { workerData: work });
  const stop = () => worker.postMessage('stop');
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise<ProjectReport>((resolve, reject) => {
    worker.on('message', (reply: ExamineReply) => {
      if (reply.kind === 'progress') onEvent?.(reply.progress);
      else if (reply.kind === 'done') resolve(reply.report);
      else reject(reply.code ? new AppError(reply.code, reply.message) : new Error(reply.message));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The check's thread ended with code ${code}.`)));
  }).finally(async () => {
    signal?.removeEventListener('abort', stop);
    // Its connections are closed then, and their locks gone.
    await worker.terminate();
  });
}
