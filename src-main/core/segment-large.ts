/** Segments an image that is too large for memory: the engine reads it in parts, the mask is written row by row. */
import { indexedPngPieces } from '../pixels/png.js';
import type { EngineApi, PredictedRows, PredictedSize } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { npyHeader } from './npy.js';
import { paletteOf, type OutputTarget } from './segment-outputs.js';

export interface LargeSource {
  path: string;
  page: number;
  /** From the labels that are predicted to those of the mask: all rows again, from the top. */
  finish: (rows: Rows, signal: AbortSignal) => Rows;
  /** Gets the rows as they are in the mask; what it throws ends the computing. */
  measure?: ((rows: Rows) => Promise<void>) | null;
}

/**
 * Writes the mask, and the probabilities where they are asked for, while they are computed; they appear when they are
 * whole. Events: share of the rows that are done.
 * @returns with the outputs' names relative to the output folder.
 * @throws as `predictLarge` and `finish`, and AppError('disk' | 'stopped').
 */
export async function segmentLarge(
  engine: Pick<EngineApi, 'predictLarge'>,
  target: OutputTarget,
  { path, page, finish, measure }: LargeSource,
  { signal, onEvent }: Call<number> = {},
): Promise<PredictedSize & { outputs: string[] }> {
  const { model, tile = 0, probabilities = false } = target;
  const broken = new AbortController();
  // A disk that is full ends the computing too.
  const ending = AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]);
  const predicted = new RowQueue();
  const table = probabilities ? new RowQueue() : null;
  const mask = new RowQueue();
  const measured = measure ? new RowQueue() : null;
  const queues = [predicted, table, mask, measured].filter((queue) => queue !== null);
  const predicting = engine
    .predictLarge(
      { model: model.folder, path, page, tile, probabilities },
      {
        signal: ending,
        onEvent: (part) => {
          predicted.push(part);
          table?.push(part);
          onEvent?.((part.y + part.rows) / part.height);
        },
      },
    )
    .finally(() => {
      predicted.end();
      table?.end();
    });
  const finishing = (async () => {
    try {
      for await (const part of finish(predicted, ending)) {
        mask.push(part);
        measured?.push(part);
        await Promise.all([mask.room(), measured?.room()]);
      }
      await predicting;
    } finally {
      mask.end();
      measured?.end();
    }
  })();
  const write = async ({ ending: end, pieces }: OutputKind, rows: RowQueue, whole: Promise<unknown>) => {
    const name = `${target.name}_${end}`;
    const everyPart = async function* () {
      yield* rows;
      // Before the file gets its name: a computation that failed has no mask.
      await whole;
    };
    // Without a first row there is an error, which one of these has.
    const size: Size = (await rows.first()) ?? (await whole.then(() => predicting));
    await target.folder.write(name, pieces(target, size, everyPart()));
    return name;
  };
  const written = [write(MASK, mask, finishing), ...(table ? [write(TABLE, table, predicting)] : [])];
  const measuring = measured ? measure!(measured) : Promise.resolve();
  const working = [predicting, finishing, measuring, ...written];
  try {
    await Promise.all(working);
    const outputs = await Promise.all(written);
    return { ...(await predicting), outputs };
  } catch (error) {
    broken.abort();
    for (const queue of queues) queue.end();
    await Promise.allSettled(working);
    if (signal?.aborted) throw new AppError('stopped', 'Stopped before the image was segmented.');
    throw error;
  }
}

type Rows = AsyncIterable<PredictedRows>;
type Size = Pick<PredictedSize, 'width' | 'height'>;

/** What a file of a result is called, and its bytes from the first row to the last. */
interface OutputKind {
  ending: string;
  pieces: (target: OutputTarget, size: Size, rows: Rows) => AsyncIterable<Uint8Array>;
}

const MASK: OutputKind = { ending: 'mask.png', pieces: maskPieces };
const TABLE: OutputKind = { ending: 'probabilities.npy', pieces: npyPieces };

function maskPieces(target: OutputTarget, { width, height }: Size, rows: Rows) {
  const labelsOfRows = async function* () {
    for await (const { labels } of rows) yield labels;
  };
  const palette = paletteOf(target.model.file.classes);
  return indexedPngPieces({ width, height, palette }, labelsOfRows());
}

async function* npyPieces({ model }: OutputTarget, { width, height }: Size, rows: Rows) {
  yield npyHeader([height, width, model.file.classes.length]);
  for await (const { probabilities } of rows)
    yield new Uint8Array(probabilities!.buffer, probabilities!.byteOffset, probabilities!.byteLength);
}

const MOST_WAITING = 4;

/** Rows that are told by events, for a loop that takes them in its own time. */
class RowQueue implements AsyncIterable<PredictedRows> {
  private readonly waiting: PredictedRows[] = [];
  private ended = false;
  private wake: () => void = () => undefined;
  private taken: () => void = () => undefined;

  push(rows: PredictedRows): void {
    this.waiting.push(rows);
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
    this.taken();
  }

  /** Resolves when few rows wait. */
  async room(): Promise<void> {
    while (this.waiting.length > MOST_WAITING && !this.ended)
      await new Promise<void>((resolve) => (this.taken = resolve));
  }

  /** Without taking it; null when there will be none. */
  async first(): Promise<PredictedRows | null> {
    while (!this.waiting.length && !this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.waiting[0] ?? null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PredictedRows> {
    for (let next = await this.first(); next; next = await this.first()) {
      this.waiting.shift();
      this.taken();
      yield next;
    }
  }
}
