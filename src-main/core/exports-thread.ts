/** A worker thread that encodes exported files: seconds of work for a large image, beside the thread with the store. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { entryPath } from '../disk/package-root.js';
import { AppError, messageOf, type ErrorCode } from '../shared/errors.js';
import type { ExportJob } from './exports-job.js';

export interface ExportReply {
  error: { code: ErrorCode | null; message: string } | null;
}

export class ExportThread {
  private worker: Worker | null = null;

  /** @throws AppError('set-up') */
  constructor() {
    if (!existsSync(entryPath('export-worker')))
      throw new AppError('set-up', 'The program has not been built; run "npm run build" once.');
  }

  /** One job at a time; the labels' buffer is given away. @throws AppError as `runExportJob`; 'unreadable-image' when the thread dies. */
  async run(job: ExportJob): Promise<void> {
    const worker = (this.worker ??= new Worker(entryPath('export-worker')));
    const reply = await new Promise<ExportReply>((resolve) => {
      const died = (reason: string) => {
        this.worker = null;
        resolve({ error: { code: 'unreadable-image', message: `Exporting it failed: ${reason}.` } });
      };
      const onMessage = (message: ExportReply) => settle(() => resolve(message));
      const onError = (error: unknown) => settle(() => died(messageOf(error).replace(/\.$/, '')));
      const onExit = (code: number) => settle(() => died(`its thread ended with code ${code}`));
      const settle = (then: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        then();
      };
      worker.once('message', onMessage).once('error', onError).once('exit', onExit);
      worker.postMessage(job, [job.labels.data.buffer as ArrayBuffer]);
    });
    if (!reply.error) return;
    const { code, message } = reply.error;
    throw code ? new AppError(code, message) : new Error(message);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }
}
