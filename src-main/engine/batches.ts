/** Batches from worker threads, made ahead so that the device never waits, handed out in order. */
import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '../shared/errors.js';
import { entryPath } from '../disk/package-root.js';
import type { SampleConfig, SampleStream } from './samples.js';

export interface BatchRequest {
  id: number;
  stream: SampleStream;
  /** Number of the first sample and how many follow. */
  first: number;
  count: number;
}

export interface Batch {
  /** [count · size · size · channels]. */
  x: Float32Array;
  /** [count · size · size], class index, −1 where unlabelled. */
  y: Int32Array;
}

export type BatchReply =
  ({ id: number } & Batch) | { id: number; error: { code: ErrorCode | null; message: string } };

interface Pending {
  resolve(batch: Batch): void;
  reject(error: Error): void;
}

const AHEAD_PER_WORKER = 3;

export class BatchLoader {
  private readonly workers: Worker[];
  private readonly pending = new Map<number, Pending>();
  /** Training batches asked for ahead, by step. */
  private readonly ahead = new Map<number, Promise<Batch>>();
  private nextId = 0;

  constructor(
    config: SampleConfig,
    private readonly batch: number,
    workers: number,
    /** No batch is made ahead for this step or later ones. */
    private readonly lastStep: number,
  ) {
    this.workers = Array.from({ length: workers }, () => {
      const worker = new Worker(entryPath('sample-worker'), { workerData: config });
      worker.on('message', (reply: BatchReply) => this.settle(reply));
      worker.on('error', (error) => this.failAll(error));
      return worker;
    });
  }

  /** The training batch of a step, counted from 0; asks for the following ones too. */
  async forStep(step: number): Promise<Batch> {
    const end = Math.min(step + AHEAD_PER_WORKER * this.workers.length, this.lastStep);
    for (let next = step; next <= Math.max(step, end - 1); next++)
      if (!this.ahead.has(next)) {
        const batch = this.request('train', next * this.batch, this.batch);
        // Marked as handled: a failure is seen when its turn comes.
        batch.catch(() => undefined);
        this.ahead.set(next, batch);
      }
    const batch = this.ahead.get(step)!;
    this.ahead.delete(step);
    return batch;
  }

  /** The same crops at every call, drawn apart from the training stream. */
  statistics(index: number, count: number): Promise<Batch> {
    return this.request('statistics', index * this.batch, count);
  }

  async close(): Promise<void> {
    this.failAll(new Error('The loader was closed.'));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private request(stream: SampleStream, first: number, count: number): Promise<Batch> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.workers[id % this.workers.length]!.postMessage({
        id,
        stream,
        first,
        count,
      } satisfies BatchRequest);
    });
  }

  private settle(reply: BatchReply): void {
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if ('x' in reply) pending?.resolve(reply);
    else {
      const { code, message } = reply.error;
      pending?.reject(code ? new AppError(code, message) : new Error(message));
    }
  }

  private failAll(error: Error): void {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
