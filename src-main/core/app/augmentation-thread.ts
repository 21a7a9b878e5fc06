/** The thread that shows how training would see an image: started when it is asked for, gone when nobody asks any more. */
import { Worker } from 'node:worker_threads';
import type { PreviewCrops, PreviewRequest } from '../../engine/augmentation-preview.js';
import type { PreviewMessage, PreviewReply } from '../../engine/preview-worker.js';
import { entryPath } from '../../disk/package-root.js';
import { AppError, messageOf } from '../../shared/errors.js';

/** Unused for so long it ends: it holds a decoded image. */
const IDLE_MS = 30_000;
/** However large the image is; a file that takes longer is damaged. */
const LIMIT_MS = 60_000;

interface Pending {
  resolve(value: PreviewCrops): void;
  reject(error: Error): void;
}

export class AugmentationThread {
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private idle: NodeJS.Timeout | null = null;

  /** @throws AppError('stopped' | 'unreadable-image' | …) */
  async ask(request: PreviewRequest, signal: AbortSignal | undefined): Promise<PreviewCrops> {
    if (signal?.aborted) throw stopped();
    if (this.idle) clearTimeout(this.idle);
    const worker = (this.worker ??= this.start());
    const id = this.nextId++;
    const post = (message: PreviewMessage) => worker.postMessage(message);
    let limit: NodeJS.Timeout | undefined;
    let cancel = () => undefined as void;
    try {
      return await new Promise<PreviewCrops>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
        cancel = () => {
          post({ id, cancelled: true });
          reject(stopped());
        };
        signal?.addEventListener('abort', cancel, { once: true });
        limit = setTimeout(
          () => this.fail(worker, `it took more than ${LIMIT_MS / 1000} s`, request.image.name),
          LIMIT_MS,
        );
        post({ id, request });
      });
    } finally {
      clearTimeout(limit);
      signal?.removeEventListener('abort', cancel);
      this.pending.delete(id);
      if (this.pending.size === 0) this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    if (this.idle) clearTimeout(this.idle);
    for (const { reject } of this.pending.values()) reject(stopped());
    await worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(entryPath('preview-worker'));
    worker.unref();
    worker.on('message', (reply: PreviewReply) => {
      const pending = this.pending.get(reply.id);
      if ('value' in reply) pending?.resolve(reply.value);
      else {
        const { code, message } = reply.error;
        pending?.reject(code ? new AppError(code, message) : new Error(message));
      }
    });
    worker.once('error', (error) => this.fail(worker, messageOf(error).replace(/\.$/, ''), 'The image'));
    return worker;
  }

  private fail(worker: Worker, reason: string, name: string): void {
    if (this.worker !== worker) return;
    this.worker = null;
    for (const { reject } of this.pending.values())
      reject(new AppError('unreadable-image', `${name} cannot be shown as training sees it (${reason}).`));
    void worker.terminate();
  }
}

const stopped = () => new AppError('stopped', 'The preview was stopped.');
