/** Entry of a worker thread: makes batches on request. */
import { parentPort, workerData } from 'node:worker_threads';
import { isAppError, messageOf } from '../shared/errors.js';
import type { BatchReply, BatchRequest } from './batches.js';
import { Samples, type SampleConfig } from './samples.js';
import { VOID_INDEX } from './warp.js';

const config = workerData as SampleConfig;
const samples = new Samples(config);
const port = parentPort!;

port.on('message', (request: BatchRequest) => {
  void makeBatch(request).then(
    (reply) => port.postMessage(reply, [reply.x.buffer as ArrayBuffer, reply.y.buffer as ArrayBuffer]),
    (error: unknown) =>
      port.postMessage({
        id: request.id,
        error: { code: isAppError(error) ? error.code : null, message: messageOf(error) },
      } satisfies BatchReply),
  );
});

async function makeBatch({ id, stream, first, count }: BatchRequest) {
  const { size } = config.augment;
  const pixels = size * size;
  const { count: channels } = config.input;
  const x = new Float32Array(count * pixels * channels);
  const y = new Int32Array(count * pixels);
  for (let i = 0; i < count; i++) {
    const crop = await samples.crop(stream, first + i);
    x.set(crop.x, i * pixels * channels);
    for (let p = 0; p < pixels; p++) y[i * pixels + p] = crop.y[p] === VOID_INDEX ? -1 : crop.y[p]!;
  }
  return { id, x, y } satisfies BatchReply;
}
