/** A worker thread that does one job after the other: seconds of work beside the thread with the store. */
import { existsSync } from 'node:fs';
import { parentPort, Worker, type Transferable } from 'node:worker_threads';
import { entryPath } from '../disk/package-root.js';
import { AppError, isAppError, messageOf, type ErrorCode } from '../shared/errors.js';

type Reply<Result> =
  { kind: 'done'; result: Result } | { kind: 'failed'; code: ErrorCode | null; message: string };

export interface JobThreadOptions<Job> {
  /** Of the built program; it calls `answerJobs`. */
  entry: string;
  /** What fails when the thread dies, as the beginning of a sentence. */
  what: string;
  /** What is given away with a job; without it all is copied. */
  given?: (job: Job) => Transferable[];
}

export class JobThread<Job, Result> {
  private worker: Worker | null = null;

  /** @throws AppError('set-up') */
  constructor(private readonly options: JobThreadOptions<Job>) {
    if (!existsSync(entryPath(options.entry)))
      throw new AppError('set-up', 'The program has not been built; run "npm run build" once.');
  }

  /** One job at a time. @throws what the job throws; AppError('unreadable-image') when the thread dies: the next job gets a new one. */
  async run(job: Job): Promise<Result> {
    const worker = (this.worker ??= new Worker(entryPath(this.options.entry)));
    const reply = await new Promise<Reply<Result>>((resolve) => {
      const died = (reason: string) => {
        this.worker = null;
        resolve({
          kind: 'failed',
          code: 'unreadable-image',
          message: `${this.options.what} failed: ${reason}.`,
        });
      };
      const onMessage = (message: Reply<Result>) => settle(() => resolve(message));
      const onError = (error: unknown) => settle(() => died(messageOf(error).replace(/\.$/, '')));
      const onExit = (code: number) => settle(() => died(`its thread ended with code ${code}`));
      const settle = (then: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        then();
      };
      worker.once('message', onMessage).once('error', onError).once('exit', onExit);
      worker.postMessage(job, this.options.given?.(job) ?? []);
    });
    if (reply.kind === 'done') return reply.result;
    throw reply.code ? new AppError(reply.code, reply.message) : new Error(reply.message);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }
}

/** The other side, in the thread. */
export function answerJobs<Job, Result>(
  work: (job: Job) => Result | Promise<Result>,
  given: (result: Result) => Transferable[] = () => [],
): void {
  const port = parentPort!;
  const answer = async (job: Job) => {
    try {
      const result = await work(job);
      port.postMessage({ kind: 'done', result } satisfies Reply<Result>, given(result));
    } catch (error) {
      const code = isAppError(error) ? error.code : null;
      port.postMessage({ kind: 'failed', code, message: messageOf(error) } satisfies Reply<Result>);
    }
  };
  port.on('message', (job: Job) => void answer(job));
}
