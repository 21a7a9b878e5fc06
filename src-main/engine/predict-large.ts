/** An image that is too large to be held in memory through a network: rows in, rows of labels out. */
import { setImmediate } from 'node:timers/promises';
import { BrightnessSum } from '../shared/brightness-sum.js';
import type { ModelFile, PredictedRows, PredictedSize, PredictLargeParams } from '../shared/engine-api.js';
import type { PixelImage } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { partToInput, rawInput, requireChannels } from './intensity.js';
import { labelsOf } from './likeliest-class.js';
import { mapsOfRows } from './plane-figures.js';
import type { Predictor } from './predict.js';
import { openImageParts } from './sources.js';

/** Pixels read at a time to find how intensities are mapped. */
const READ_PIXELS = 1 << 24;
/** Numbers told at a time: 16 MB, so that no message is large. */
const TOLD_VALUES = 1 << 22;

/**
 * The same labels as those of the whole image, told from the top: row of tiles by row of tiles, or, by a network that
 * sees a small picture of the whole image, a few rows at a time.
 * @throws AppError('unsupported-image') as `predict`, and what reading throws.
 */
export async function predictLarge(
  { predictor, model }: { predictor: Predictor; model: ModelFile },
  { path, page, tile = 0, probabilities = false }: PredictLargeParams,
  { signal, onEvent }: Call<PredictedRows> = {},
): Promise<PredictedSize> {
  const start = performance.now();
  const parts = await openImageParts(path, page);
  const { width, height } = parts.info;
  const read = (y0: number, y1: number) => parts.readRegion({ x: 0, y: y0, width, height: y1 - y0 });
  try {
    requireChannels(await read(0, 1), model.input);
    const rowsAtOnce = Math.max(1, Math.floor(READ_PIXELS / width));
    const brightnessSum = new BrightnessSum(width * height);
    const everyRow = async function* (): AsyncGenerator<PixelImage> {
      for (let y = 0; y < height; y += rowsAtOnce) {
        signal?.throwIfAborted();
        const part = await read(y, Math.min(height, y + rowsAtOnce));
        brightnessSum.add(part, y * width);
        yield part;
      }
    };
    const maps = await mapsOfRows(everyRow, {
      pixels: width * height,
      uint8: parts.info.type === 'uint8',
      mapping: model.input,
    });
    const numbersOfRow = width * model.classes.length;
    const told = Math.max(1, Math.floor(TOLD_VALUES / numbersOfRow));
    const brightness = brightnessSum.result();
    const take = (values: Float32Array | Uint8Array, y: number, rows: number) => {
      for (let from = 0; from < rows; from += told) {
        const until = Math.min(rows, from + told);
        const cut = (numbers: number) => [from * numbers, until * numbers] as const;
        const part = values instanceof Uint8Array ? null : values.subarray(...cut(numbersOfRow));
        // A copy of labels too: what is sent is the memory behind it, whole.
        const labels = part
          ? labelsOf(part, model.classes).labels
          : Uint8Array.from(values.subarray(...cut(width)));
        const more = probabilities && part ? { probabilities: part } : {};
        onEvent?.({ y: y + from, rows: until - from, width, height, labels, ...more });
      }
    };
    if (model.scaleMode === 'letterbox') {
      const size = { width, height, channels: model.input.count };
      const shrunk = predictor.letterboxRows(size);
      for (let y = 0; y < height; y += rowsAtOnce) {
        signal?.throwIfAborted();
        const part = await read(y, Math.min(height, y + rowsAtOnce));
        shrunk.add(partToInput(part, model.input, maps), y);
      }
      const rowsOf = predictor.inBox(shrunk, size);
      for (let y = 0; y < height; y += told) {
        signal?.throwIfAborted();
        const count = Math.min(told, height - y);
        take(rowsOf({ y, count }), y, count);
        await setImmediate();
      }
      const elapsedMs = performance.now() - start;
      return { width, height, ...predictor.boxCounts(width, height), brightness, elapsedMs };
    }
    const prepare = async (y0: number, y1: number) => rawInput(await read(y0, y1), model.input, maps);
    const counts = await predictor.finishedRows({ width, height }, prepare, {
      tile,
      signal,
      take,
      probabilities,
    });
    return { width, height, ...counts, brightness, elapsedMs: performance.now() - start };
  } finally {
    await parts.close();
  }
}
