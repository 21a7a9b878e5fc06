/** Segments an image that is too large for memory: the engine reads it in parts, the mask is written row by row. */
import { join } from 'node:path';
import { writePiecesAtomic } from '../disk/atomic-file.js';
import { indexedPngPieces } from '../pixels/png.js';
import type { EngineApi, PredictedRows, PredictedSize } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { ImageInfo } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import type { ResolvedModel } from './models.js';
import type { SegmentOptions } from './segment-plan.js';
import { keptValues, paletteOf, type OutputTarget } from './segment-outputs.js';

const MEGAPIXEL = 1024 * 1024;
/** A setting of the machine; images of more pixels are read in parts. */
const asked = Number(process.env['BRUSHFIELD_WHOLE_MEGAPIXELS']);
/** About 2 GB beside the image itself while a whole one of this size is computed. */
const WHOLE_PIXELS = (Number.isFinite(asked) && asked > 0 ? asked : 64) * MEGAPIXEL;

/** Whether an image is read in parts. Letterboxes, overlays and probabilities need the whole of it. */
export const goesInParts = (
  { width, height }: Pick<ImageInfo, 'width' | 'height'>,
  { file }: ResolvedModel,
  { overlay = false, probabilities = false }: SegmentOptions,
): boolean => width * height > WHOLE_PIXELS && file.scaleMode === 'native' && !overlay && !probabilities;

/**
 * Writes the mask while it is computed; it appears when it is whole. Events: share of the rows that are done.
 * @returns with the outputs' names relative to the output folder. @throws as `predictLarge`, and AppError('disk' | 'stopped').
 */
export async function segmentLarge(
  engine: Pick<EngineApi, 'predictLarge'>,
  target: OutputTarget,
  { path, page }: { path: string; page: number },
  { signal, onEvent }: Call<number> = {},
): Promise<PredictedSize & { outputs: string[] }> {
  const { model, classes, tile = 0 } = target;
  const kept = classes ? keptValues(model.file.classes, classes) : null;
  const rows = new RowQueue();
  const broken = new AbortController();
  const predicting = engine
    .predictLarge(
      { model: model.folder, path, page, tile },
      {
        // A disk that is full ends the computing too.
        signal: AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]),
        onEvent: (part) => {
          rows.push(part);
          onEvent?.((part.y + part.rows) / part.height);
        },
      },
    )
    .finally(() => rows.end());
  // Seen by whoever awaits it below; until then it is not unhandled.
  predicting.catch(() => undefined);
  const name = `${target.name}_mask.png`;
  const everyRow = async function* () {
    for await (const { labels } of rows)
      yield kept ? labels.map((value) => (kept.has(value) ? value : 0)) : labels;
    // Before the file gets its name: a computation that failed has no mask.
    await predicting;
  };
  try {
    // Without a first row there is an error, which `predicting` has.
    const { width, height } = (await rows.first()) ?? (await predicting);
    const size = { width, height, palette: paletteOf(model.file.classes) };
    await writePiecesAtomic(join(target.output, name), indexedPngPieces(size, everyRow()));
  } catch (error) {
    broken.abort();
    await predicting.catch(() => undefined);
    if (signal?.aborted) throw new AppError('stopped', 'Stopped before the image was segmented.');
    throw error;
  }
  return { ...(await predicting), outputs: [name] };
}

/** Rows that are told by events, for a loop that takes them in its own time. */
class RowQueue implements AsyncIterable<PredictedRows> {
  private readonly waiting: PredictedRows[] = [];
  private ended = false;
  private wake: () => void = () => undefined;

  push(rows: PredictedRows): void {
    this.waiting.push(rows);
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  /** Without taking it; null when there will be none. */
  async first(): Promise<PredictedRows | null> {
    while (!this.waiting.length && !this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.waiting[0] ?? null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PredictedRows> {
    for (let next = await this.first(); next; next = await this.first()) {
      this.waiting.shift();
      yield next;
    }
  }
}
