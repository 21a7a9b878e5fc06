/** Entry of a decoding thread: one job after the other, pixels handed over without a copy. */
import { stat } from 'node:fs/promises';
import { isMarkedAsUntransferable, parentPort } from 'node:worker_threads';
import { isAppError, messageOf } from '../shared/errors.js';
import { readImageInfo } from './decode.js';
import { runDecodeJob, type DecodeJob, type DecodeReply, type DecodeRequest } from './decode-jobs.js';
import { BYTES_PER_SAMPLE } from './plane.js';

const port = parentPort!;
const post = (reply: DecodeReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

port.on('message', ({ id, job }: DecodeRequest) => {
  void answer(id, job).catch((error: unknown) =>
    post({ id, error: { code: isAppError(error) ? error.code : null, message: messageOf(error) } }),
  );
});
post({ ready: true });

async function answer(id: number, job: DecodeJob): Promise<void> {
  post({ id, size: { fileBytes: await fileBytes(job.path), planeBytes: 0 } });
  // A region costs its blocks; a header read for each would cost more.
  if (job.kind !== 'info' && job.kind !== 'hash' && job.kind !== 'region') {
    const { width, height, channels, type } = await readImageInfo(job.path);
    const planeBytes = width * height * channels * BYTES_PER_SAMPLE[type];
    post({ id, size: { fileBytes: await fileBytes(job.path), planeBytes } });
  }
  const value = await runDecodeJob(job);
  const owned = ownPixels(value);
  post({ id, value: owned.value }, owned.transfer);
}

// What is wrong with the file is said by the decoder, in its own words.
const fileBytes = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

/** A codec's memory may not leave its thread, and a view must not take its whole buffer along: those are copied. */
function ownPixels(value: unknown): { value: unknown; transfer: ArrayBuffer[] } {
  if (value instanceof Uint8Array) {
    const bytes = ownBytes(value);
    return { value: bytes, transfer: [bytes.buffer as ArrayBuffer] };
  }
  if (typeof value !== 'object' || value === null || !('data' in value)) return { value, transfer: [] };
  const data = ownBytes(value.data as Uint8Array);
  return { value: { ...value, data }, transfer: [data.buffer as ArrayBuffer] };
}

function ownBytes<T extends Uint8Array>(data: T): T {
  const whole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength;
  // A Buffer's own `slice` would not copy.
  if (whole && !Buffer.isBuffer(data) && !isMarkedAsUntransferable(data.buffer)) return data;
  return (Buffer.isBuffer(data) ? new Uint8Array(data) : data.slice()) as T;
}
