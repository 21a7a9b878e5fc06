/** An image that is too large to be held in memory through a network: rows in, rows of labels out. */
import type { ModelFile, PredictedRows, PredictedSize, PredictLargeParams } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { partToInput } from './intensity.js';
import { mapsOfRows } from './plane-figures.js';
import { labelsOf, requireChannels, type Predictor } from './predict.js';
import { openImageParts } from './sources.js';

/** Pixels read at a time to find how intensities are mapped. */
const READ_PIXELS = 1 << 24;

/**
 * The same labels as those of the whole image, told row of tiles by row of tiles from the top.
 * @throws AppError('usage') for a network that sees the whole image at once, 'unsupported-image' as `predict`, and what
 *   reading throws.
 */
export async function predictLarge(
  { predictor, model }: { predictor: Predictor; model: ModelFile },
  { path, page, tile = 0 }: PredictLargeParams,
  { signal, onEvent }: Call<PredictedRows> = {},
): Promise<PredictedSize> {
  if (model.scaleMode !== 'native')
    throw new AppError('usage', 'A network that shrinks images to one size is given whole images only.');
  const start = performance.now();
  const parts = await openImageParts(path, page);
  const { width, height } = parts.info;
  const read = (y0: number, y1: number) => parts.readRegion({ x: 0, y: y0, width, height: y1 - y0 });
  try {
    requireChannels(await read(0, 1), model.input);
    const rowsAtOnce = Math.max(1, Math.floor(READ_PIXELS / width));
    const everyRow = async function* (): AsyncGenerator<PixelImage> {
      for (let y = 0; y < height; y += rowsAtOnce) {
        signal?.throwIfAborted();
        yield await read(y, Math.min(height, y + rowsAtOnce));
      }
    };
    const maps = await mapsOfRows(everyRow, {
      pixels: width * height,
      uint8: parts.info.type === 'uint8',
      mapping: model.input,
    });
    const prepare = async (y0: number, y1: number) => partToInput(await read(y0, y1), model.input, maps);
    const counts = await predictor.rowsOfProbabilities({ width, height }, prepare, {
      tile,
      signal,
      take: (values, y, rows) =>
        onEvent?.({ y, rows, width, height, labels: labelsOf(values, model.classes).labels }),
    });
    return { width, height, ...counts, elapsedMs: performance.now() - start };
  } finally {
    await parts.close();
  }
}
