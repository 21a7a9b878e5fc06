/** Segments an image that is too large for memory: the engine reads it in parts, the mask is written row by row. */
import { join } from 'node:path';
import { writePiecesAtomic } from '../disk/atomic-file.js';
import { indexedPngPieces } from '../pixels/png.js';
import type { EngineApi, PredictedRows, PredictedSize } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { npyHeader } from './npy.js';
import { keptValues, paletteOf, type OutputTarget } from './segment-outputs.js';

export interface LargeSource {
  path: string;
  page: number;
  /** Gets the rows as they are in the mask; what it throws ends the computing. */
  measure?: ((rows: Rows) => Promise<void>) | null;
}

/**
 * Writes the mask, and the probabilities where they are asked for, while they are computed; they appear when they are
 * whole. Events: share of the rows that are done.
 * @returns with the outputs' names relative to the output folder. @throws as `predictLarge`, and AppError('disk' | 'stopped').
 */
export async function segmentLarge(
  engine: Pick<EngineApi, 'predictLarge'>,
  target: OutputTarget,
  { path, page, measure }: LargeSource,
  { signal, onEvent }: Call<number> = {},
): Promise<PredictedSize & { outputs: string[] }> {
  const { model, tile = 0, probabilities = false } = target;
  const queues = (probabilities ? FILES : FILES.slice(0, 1)).map((file) => ({
    ...file,
    rows: new RowQueue(),
  }));
  const measured = measure ? new RowQueue() : null;
  const broken = new AbortController();
  const predicting = engine
    .predictLarge(
      { model: model.folder, path, page, tile, probabilities },
      {
        // A disk that is full ends the computing too.
        signal: AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]),
        onEvent: (part) => {
          for (const { rows } of queues) rows.push(part);
          measured?.push(part);
          onEvent?.((part.y + part.rows) / part.height);
        },
      },
    )
    .finally(() => {
      for (const { rows } of queues) rows.end();
      measured?.end();
    });
  // Seen by whoever awaits it below; until then it is not unhandled.
  predicting.catch(() => undefined);
  const write = async ({ ending, pieces, rows }: (typeof queues)[number]): Promise<string> => {
    const name = `${target.name}_${ending}`;
    const everyPart = async function* () {
      yield* rows;
      // Before the file gets its name: a computation that failed has no mask.
      await predicting;
    };
    // Without a first row there is an error, which `predicting` has.
    const size = (await rows.first()) ?? (await predicting);
    await writePiecesAtomic(join(target.output, name), pieces(target, size, everyPart()));
    return name;
  };
  const written = queues.map(write);
  const measuring = measured ? measure!(keptRows(target, measured)) : Promise.resolve();
  try {
    await Promise.all([measuring, ...written]);
    const outputs = await Promise.all(written);
    return { ...(await predicting), outputs };
  } catch (error) {
    broken.abort();
    await Promise.allSettled([predicting, measuring, ...written]);
    if (signal?.aborted) throw new AppError('stopped', 'Stopped before the image was segmented.');
    throw error;
  }
}

type Rows = AsyncIterable<PredictedRows>;
type Size = Pick<PredictedSize, 'width' | 'height'>;

/** What the files of a result are called, and their bytes from the first row to the last. */
const FILES: readonly {
  ending: string;
  pieces: (target: OutputTarget, size: Size, rows: Rows) => AsyncIterable<Uint8Array>;
}[] = [
  { ending: 'mask.png', pieces: maskPieces },
  { ending: 'probabilities.npy', pieces: npyPieces },
];

function maskPieces(target: OutputTarget, { width, height }: Size, rows: Rows) {
  const labelsOfRows = async function* () {
    for await (const { labels } of keptRows(target, rows)) yield labels;
  };
  const palette = paletteOf(target.model.file.classes);
  return indexedPngPieces({ width, height, palette }, labelsOfRows());
}

async function* keptRows({ model, classes }: OutputTarget, rows: Rows): AsyncGenerator<PredictedRows> {
  const kept = classes ? keptValues(model.file.classes, classes) : null;
  for await (const part of rows)
    yield kept ? { ...part, labels: part.labels.map((value) => (kept.has(value) ? value : 0)) } : part;
}

async function* npyPieces({ model }: OutputTarget, { width, height }: Size, rows: Rows) {
  yield npyHeader([height, width, model.file.classes.length]);
  for await (const { probabilities } of rows)
    yield new Uint8Array(probabilities!.buffer, probabilities!.byteOffset, probabilities!.byteLength);
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
