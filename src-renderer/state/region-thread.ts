/** Runs region tools in a worker; stopping ends the worker, since a tool in the middle of its loops hears nothing. */
import { AppError } from '../../src-main/shared/errors.js';
import type { RegionRequest, RegionResult } from '../editor/region-tools.js';
import type { RegionAnswer } from './region-worker.js';

export interface RegionCall {
  signal?: AbortSignal;
  /** Share done, 0 … 1. */
  onProgress?: (share: number) => void;
}

export class RegionThread {
  private worker: Worker | null = null;

  /**
   * One at a time: the caller waits for the answer before the next request.
   * @throws AppError('stopped') when its signal was aborted; 'usage' with the tool's sentence.
   */
  async run(request: RegionRequest, { signal, onProgress }: RegionCall = {}): Promise<RegionResult> {
    const worker = (this.worker ??= new Worker(new URL('./region-worker.ts', import.meta.url), {
      type: 'module',
    }));
    const settled = new AbortController();
    try {
      return await new Promise<RegionResult>((resolve, reject) => {
        const stop = () => {
          this.dispose();
          reject(new AppError('stopped', 'Stopped; the labels are as they were.'));
        };
        if (signal?.aborted) return stop();
        signal?.addEventListener('abort', stop, { once: true, signal: settled.signal });
        worker.onmessage = ({ data }: MessageEvent<RegionAnswer>) => {
          if (data.kind === 'progress') onProgress?.(data.share);
          else if (data.kind === 'result') resolve(data.result);
          else reject(new AppError('usage', data.sentence));
        };
        worker.onerror = (event) => {
          this.dispose();
          reject(new Error(event.message || 'the thread for regions failed'));
        };
        worker.postMessage(request);
      });
    } finally {
      settled.abort();
    }
  }

  dispose(): void {
    this.worker?.terminate();
    this.worker = null;
  }
}
