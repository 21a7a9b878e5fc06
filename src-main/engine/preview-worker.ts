/** Entry of a worker thread: shows how training would see an image. One request at a time; a later one ends the former. */
import { parentPort } from 'node:worker_threads';
import { AppError, isAppError, messageOf, type ErrorCode } from '../shared/errors.js';
import { AugmentationPreview, type PreviewCrops, type PreviewRequest } from './augmentation-preview.js';

export type PreviewMessage = { id: number; request: PreviewRequest } | { id: number; cancelled: true };
export type PreviewReply =
  { id: number; value: PreviewCrops } | { id: number; error: { code: ErrorCode | null; message: string } };

const port = parentPort!;
const preview = new AugmentationPreview();
/** Asked for and still wanted. */
const wanted = new Set<number>();
let last: Promise<void> = Promise.resolve();

port.on('message', (message: PreviewMessage) => {
  if ('cancelled' in message) return void wanted.delete(message.id);
  wanted.add(message.id);
  last = last.then(() => answer(message.id, message.request));
});

async function answer(id: number, request: PreviewRequest): Promise<void> {
  const alive = () => {
    if (!wanted.has(id)) throw new AppError('stopped', 'The preview was stopped.');
  };
  try {
    alive();
    const value = await preview.make(request, alive);
    const buffers = value.crops.flatMap(
      ({ pixels, labels }) => [pixels.buffer, labels.buffer] as ArrayBuffer[],
    );
    port.postMessage({ id, value } satisfies PreviewReply, buffers);
  } catch (error) {
    const code = isAppError(error) ? error.code : null;
    port.postMessage({ id, error: { code, message: messageOf(error) } } satisfies PreviewReply);
  } finally {
    wanted.delete(id);
  }
}
