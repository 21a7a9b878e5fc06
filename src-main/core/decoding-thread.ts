/** One decoding thread: a job at a time, within a time limit, and what its end means for the file it had. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { entryPath } from '../disk/package-root.js';
import type { DecodeJob, DecodeReply, DecodeRequest } from '../pixels/decode-jobs.js';
import { AppError, messageOf } from '../shared/errors.js';

interface Current {
  id: number;
  path: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** Slower than the slowest disk or share that anybody waits for. */
const READ_BYTES_PER_S = 1e6;
/** Slower than our slowest decoder on a busy machine. */
const DECODE_BYTES_PER_S = 1e7;

/** Time a job may take: the limit, and on top what an honest file of this size may need. */
export const timeAllowedMs = (
  limitMs: number,
  { fileBytes, planeBytes }: { fileBytes: number; planeBytes: number },
): number => limitMs + (fileBytes / READ_BYTES_PER_S + planeBytes / DECODE_BYTES_PER_S) * 1000;

/** Objects of the language beside pixels: directories, metadata. Pixels are limited by the header. */
const HEAP_MB = 1024;

export class DecodeThread {
  private readonly worker: Worker;
  private readonly ready: Promise<void>;
  private current: Current | null = null;
  private nextId = 1;
  private ended = false;
  private closed = false;

  /** @throws AppError('set-up') */
  static requireBuilt(): void {
    if (!existsSync(entryPath('decode-worker')))
      throw new AppError('set-up', 'The program has not been built; run "npm run build" once.');
  }

  constructor(private readonly timeLimitMs: number) {
    this.worker = new Worker(entryPath('decode-worker'), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('message', (reply: DecodeReply) => {
        if ('ready' in reply) resolve();
        else this.settle(reply);
      });
      const died = (reason: string) => {
        this.ended = true;
        reject(new AppError('set-up', `A decoding thread could not be started: ${reason}.`));
        this.fail((name) => `${name} cannot be read: decoding it failed (${reason}).`);
      };
      this.worker.once('error', (error) => died(messageOf(error).replace(/\.$/, '')));
      this.worker.once('exit', (code) => died(`it ended with code ${code}`));
    });
    this.ready.catch(() => undefined);
  }

  /** False once it has ended: another one must take its place. */
  get alive(): boolean {
    return !this.ended;
  }

  /** @throws AppError */
  async run(job: DecodeJob): Promise<unknown> {
    this.worker.ref();
    try {
      await this.ready;
      return await new Promise((resolve, reject) => {
        const id = this.nextId++;
        this.current = { id, path: job.path, resolve, reject, timer: this.startTimer(this.timeLimitMs) };
        // It may have ended since it was ready.
        if (this.closed) this.stop();
        else if (this.ended) this.fail((name) => `${name} cannot be read: its decoding thread ended.`);
        else this.worker.postMessage({ id, job } satisfies DecodeRequest);
      });
    } finally {
      if (this.current) clearTimeout(this.current.timer);
      this.current = null;
      this.worker.unref();
    }
  }

  async close(): Promise<void> {
    this.ended = true;
    this.closed = true;
    this.stop();
    await this.worker.terminate();
  }

  private stop(): void {
    this.current?.reject(new AppError('stopped', `Reading ${this.name()} was stopped.`));
  }

  private settle(reply: Exclude<DecodeReply, { ready: true }>): void {
    const { current } = this;
    if (current?.id !== reply.id) return;
    if ('size' in reply) {
      clearTimeout(current.timer);
      current.timer = this.startTimer(timeAllowedMs(this.timeLimitMs, reply.size));
    } else if ('value' in reply) current.resolve(reply.value);
    else {
      const { code, message } = reply.error;
      current.reject(code ? new AppError(code, message) : new Error(message));
    }
  }

  private startTimer(ms: number): NodeJS.Timeout {
    const { nextId } = this;
    // When this thread was itself held up, an answer may lie in its queue: that is looked at before the verdict.
    const late = () => setImmediate(() => this.nextId === nextId && this.current && this.giveUp(ms));
    return setTimeout(late, ms);
  }

  private giveUp(ms: number): void {
    this.fail(
      (name) =>
        `${name} cannot be read: decoding it took more than ${Math.round(ms / 1000)} s; it may be damaged.`,
    );
    this.ended = true;
    // Native code is not interrupted; the thread ends when that returns, and nobody waits for it.
    void this.worker.terminate();
  }

  private fail(sentence: (name: string) => string): void {
    this.current?.reject(new AppError('unreadable-image', sentence(this.name())));
  }

  private name(): string {
    return basename(this.current?.path ?? '');
  }
}
