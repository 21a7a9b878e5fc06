/**
 * Whole images through a network: untiled when memory allows, else in overlapping tiles whose results equal the
 * untiled one, because the halo covers the receptive field and tiles start at multiples of the network's stride.
 */
import type { ModelFile, Prediction } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import { ForwardPass } from './forward-pass.js';
import { colorChannels, padValueOf, requireFinite, toInput, type InputImage } from './intensity.js';
import { entropyOf, labelsOf } from './likeliest-class.js';
import { peakBytesPerPixel } from './memory.js';
import type { Network } from './models/network.js';
import { receptiveField } from './receptive-field.js';
import { BicubicRows, letterbox, letterboxWindow, unletterbox } from './resample.js';
import { cutOut, requireInside, spanAround, type Region } from './predict-region.js';
import { planTiles, type Span } from './tiles.js';
import { mirror } from './warp.js';

export interface PredictOptions {
  /** Side of a tile without halo, px; 0: untiled when memory allows. */
  tile?: number;
  signal?: AbortSignal | undefined;
}

export interface Probabilities {
  /** [height · width · classes] row-major. */
  values: Float32Array;
  tiles: number;
  /** Pixels computed beyond the image, as a share of the image's. */
  overhead: number;
}

/** Tiles of an image that is never whole in memory: half a gigabyte of activations, and a tenth of it is halo. */
const LARGEST_PART_PX = 1024;

export class Predictor {
  private readonly halo: number;
  private readonly bytesPerPixel: number;
  private readonly forward: ForwardPass;

  constructor(
    private readonly network: Network,
    private readonly model: ModelFile,
  ) {
    const { before, after } = receptiveField(network.model);
    const step = network.multipleOf;
    this.halo = Math.ceil(Math.max(before, after) / step) * step;
    this.bytesPerPixel = peakBytesPerPixel(network.model);
    this.forward = new ForwardPass(network.model);
  }

  /** Frees what it keeps on the device; the network stays. */
  dispose(): void {
    this.forward.dispose();
  }

  /** Class probabilities of an image. @throws AppError('unsupported-image') for channels the model was not made for. */
  async probabilities(image: PixelImage, options: PredictOptions = {}): Promise<Probabilities> {
    const { input } = this.model;
    requireChannels(image, input);
    requireFinite(image, 'The image');
    const prepared = toInput(image, input);
    return this.model.scaleMode === 'letterbox' ? this.letterboxed(prepared) : this.native(prepared, options);
  }

  /** Label values, confidence and, if asked for, probabilities. */
  async predict(
    image: PixelImage,
    options: PredictOptions & { probabilities?: boolean; entropy?: boolean; region?: Region } = {},
  ): Promise<Prediction> {
    const start = performance.now();
    const { region } = options;
    const found = region ? this.within(image, region) : await this.probabilities(image, options);
    const { values, tiles, overhead } = found;
    const { width, height } = region ?? image;
    const { classes } = this.model;
    return {
      width,
      height,
      ...labelsOf(values, classes),
      probabilities: options.probabilities ? values : null,
      entropy: options.entropy ? entropyOf(values, classes.length) : null,
      tiles,
      overhead,
      elapsedMs: performance.now() - start,
    };
  }

  /** Of a part, as if all had been computed: intensities are mapped by all of the image. @throws as `requireInside`. */
  private within(image: PixelImage, region: Region): Probabilities {
    const { input, classes, scaleMode } = this.model;
    requireInside(region, image);
    requireChannels(image, input);
    requireFinite(image, 'The image');
    const prepared = toInput(image, input);
    if (scaleMode === 'letterbox') {
      const { values, ...counts } = this.letterboxed(prepared);
      return { values: cutOut(values, { ...image, left: 0, top: 0 }, region, classes.length), ...counts };
    }
    const margin = this.network.multipleOf;
    const grid = { step: margin, margin, halo: this.halo };
    const row = spanAround({ start: region.y, length: region.height, side: image.height }, grid);
    const column = spanAround({ start: region.x, length: region.width, side: image.width }, grid);
    const [width, height] = [column.windowEnd - column.windowStart, row.windowEnd - row.windowStart];
    const ys = Array.from({ length: height }, (_, y) => mirror(row.windowStart - margin + y, image.height));
    const x = mirroredWindow({ ...prepared, firstRow: 0 }, ys, column.windowStart - margin, width);
    const window = { width, left: column.windowStart - margin, top: row.windowStart - margin };
    return {
      values: cutOut(this.forward.run(x, [height, width, prepared.channels]), window, region, classes.length),
      tiles: 1,
      overhead: (width * height) / (region.width * region.height) - 1,
    };
  }

  private letterboxed(image: InputImage): Probabilities {
    const rows = this.letterboxRows(image);
    rows.add(image, 0);
    const { width, height } = image;
    return { values: this.inBox(rows, image)({ y: 0, count: height }), ...this.boxCounts(width, height) };
  }

  /** Takes rows of the mapped image from the top, for a network that sees all of it at once. */
  letterboxRows({ width, height, channels }: Omit<InputImage, 'values'>): BicubicRows {
    const box = letterbox(width, height, this.model.size);
    return new BicubicRows({ width, height, channels }, letterboxWindow(box), padValueOf(this.model.input));
  }

  /** Computes the square; @returns a function for the class probabilities of some rows of the image. */
  inBox(
    rows: BicubicRows,
    { width, height, channels }: Omit<InputImage, 'values'>,
  ): (rows: { y: number; count: number }) => Float32Array {
    const { size, classes } = this.model;
    const values = this.forward.run(rows.finish(), [size, size, channels]);
    const square = { values, channels: classes.length, box: letterbox(width, height, size) };
    return (wanted) => unletterbox(square, { width, height }, wanted);
  }

  boxCounts(width: number, height: number): Omit<Probabilities, 'values'> {
    const { size } = this.model;
    const box = letterbox(width, height, size);
    return { tiles: 1, overhead: (size * size) / (box.width * box.height) - 1 };
  }

  private async native(image: InputImage, options: PredictOptions): Promise<Probabilities> {
    const classes = this.model.classes.length;
    const { width, height } = image;
    const values = new Float32Array(width * height * classes);
    const counts = await this.overTiles(image, () => ({ ...image, firstRow: 0 }), {
      ...options,
      take: (part, tile) => copyInside(part, { ...tile, classes }, values, { width, height, firstRow: 0 }),
    });
    return { values, ...counts };
  }

  /**
   * Class probabilities of an image of which only the rows under one row of tiles are in memory at a time. Tiles are
   * no larger than LARGEST_PART_PX, whatever memory there is.
   * @param read gives rows y0 ≤ y < y1. @param take gets each finished row of tiles, [rows · width · classes], from the top.
   */
  async rowsOfProbabilities(
    size: { width: number; height: number },
    read: (y0: number, y1: number) => Promise<InputImage>,
    {
      take,
      tile,
      signal,
    }: PredictOptions & { take: (values: Float32Array, y: number, rows: number) => void | Promise<void> },
  ): Promise<Omit<Probabilities, 'values'>> {
    const classes = this.model.classes.length;
    const { width, height } = size;
    let values = new Float32Array(0);
    let finished = 0;
    const side = tile ?? 0;
    return this.overTiles(size, (y0, y1) => read(y0, y1).then((part) => ({ ...part, firstRow: y0 })), {
      tile: side || LARGEST_PART_PX,
      signal,
      take: (part, tileOf) => {
        const rows = endOf(tileOf.row, tileOf.margin, height) - finished;
        if (values.length !== rows * width * classes) values = new Float32Array(rows * width * classes);
        copyInside(part, { ...tileOf, classes }, values, { width, height, firstRow: finished });
      },
      rowDone: async (row, margin) => {
        const end = endOf(row, margin, height);
        if (end <= finished) return;
        await take(values, finished, end - finished);
        finished = end;
      },
    });
  }

  /** Every tile through the network, row by row; `band` gives the rows of the image that a row of tiles needs. */
  private async overTiles(
    { width, height }: { width: number; height: number },
    band: (y0: number, y1: number) => Promise<Band> | Band,
    { tile = 0, signal, take, rowDone }: TileWork,
  ): Promise<Omit<Probabilities, 'values'>> {
    const { multipleOf } = this.network;
    // A mirrored margin all round, so that zero padding inside the network does not show at the image's border.
    const margin = multipleOf;
    const padded = (side: number) => Math.ceil((side + 2 * margin) / multipleOf) * multipleOf;
    const [fullWidth, fullHeight] = [padded(width), padded(height)];
    const side = tile || this.largestTile(fullWidth, fullHeight);
    const rows = planTiles(fullHeight, side, this.halo, multipleOf);
    const columns = planTiles(fullWidth, side, this.halo, multipleOf);

    let computed = 0;
    for (const row of rows) {
      const ys = Array.from({ length: row.windowEnd - row.windowStart }, (_, y) =>
        mirror(row.windowStart - margin + y, height),
      );
      const image = await band(
        ys.reduce((low, y) => Math.min(low, y)),
        ys.reduce((high, y) => Math.max(high, y)) + 1,
      );
      for (const column of columns) {
        signal?.throwIfAborted();
        const w = column.windowEnd - column.windowStart;
        computed += w * ys.length;
        const x = mirroredWindow(image, ys, column.windowStart - margin, w);
        take(this.forward.run(x, [ys.length, w, image.channels]), { row, column, width: w, margin });
        // Lets messages in between tiles: a stop, a question from the core.
        if (rows.length * columns.length > 1) await new Promise((resolve) => setImmediate(resolve));
      }
      await rowDone?.(row, margin);
    }
    return { tiles: rows.length * columns.length, overhead: computed / (width * height) - 1 };
  }

  private largestTile(width: number, height: number): number {
    const pixels = (process.availableMemory() * 0.5) / this.bytesPerPixel;
    if (width * height <= pixels) return Math.max(width, height);
    const side = Math.floor(Math.sqrt(pixels)) - 2 * this.halo;
    return Math.max(this.network.multipleOf * 8, side);
  }
}

/** @throws AppError('unsupported-image') for channels the model was not made for. */
export function requireChannels(image: PixelImage, input: ModelFile['input']): void {
  if (input.channels === 'all' && colorChannels(image) !== input.count)
    throw new AppError(
      'unsupported-image',
      `The image has ${colorChannels(image)} channels and the model was trained on ${input.count}; choose the same channels.`,
    );
}

/** Rows of an image from `firstRow` on. */
interface Band extends InputImage {
  firstRow: number;
}

interface PlacedTile {
  row: Span;
  column: Span;
  /** With the halo, px. */
  width: number;
  margin: number;
}

interface TileWork extends PredictOptions {
  take: (part: Float32Array, tile: PlacedTile) => void;
  /** After the last tile of a row. */
  rowDone?: (row: Span, margin: number) => Promise<void>;
}

/** Row of the image, below which a row of tiles has nothing. */
const endOf = (row: Span, margin: number, height: number): number =>
  Math.max(0, Math.min(row.end - margin, height));

/** The given rows of an image, continued sideways by mirroring. */
function mirroredWindow(image: Band, ys: readonly number[], left: number, width: number): Float32Array {
  const { channels, values } = image;
  const out = new Float32Array(width * ys.length * channels);
  const columns = Int32Array.from({ length: width }, (_, x) => mirror(left + x, image.width) * channels);
  let to = 0;
  for (const y of ys) {
    const row = (y - image.firstRow) * image.width * channels;
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) out[to++] = values[row + columns[x]! + c]!;
  }
  return out;
}

/** Copies a tile's own part, without halo and margin, to its place among the rows of `values`. */
function copyInside(
  part: Float32Array,
  { row, column, width, margin, classes }: PlacedTile & { classes: number },
  values: Float32Array,
  image: { width: number; height: number; firstRow: number },
): void {
  const [x0, x1] = [Math.max(column.start, margin), Math.min(column.end, margin + image.width)];
  if (x1 <= x0) return;
  for (let y = Math.max(row.start, margin); y < Math.min(row.end, margin + image.height); y++) {
    const from = ((y - row.windowStart) * width + x0 - column.windowStart) * classes;
    const to = ((y - margin - image.firstRow) * image.width + x0 - margin) * classes;
    values.set(part.subarray(from, from + (x1 - x0) * classes), to);
  }
}
