/**
 * Whole images through a model: untiled when memory allows, else in overlapping tiles whose results equal the
 * untiled one, because the halo covers the receptive field and tiles start at multiples of a network's stride.
 */
import type { ModelFile, Prediction } from '../shared/engine-api.js';
import type { PixelImage } from '../shared/model.js';
import type { Pixels } from './forward-pass.js';
import {
  padValueOf,
  rawInput,
  requireChannels,
  requireFinite,
  toInput,
  type InputImage,
  type RawImage,
} from './intensity.js';
import { entropyOf, labelsOf } from './likeliest-class.js';
import type { PixelModel } from './pixel-model.js';
import { BicubicRows, letterbox, letterboxWindow, unletterbox } from './resample.js';
import { cutOut, requireInside, spanAround, type Region } from './predict-region.js';
import {
  AS_IT_IS,
  copyInside,
  endOf,
  mirroredWindow,
  type Band,
  type PlacedTile,
  type TileRows,
} from './predict-tile.js';
import { planTiles, type Span } from './tiles.js';
import { mirror } from './warp.js';

export interface PredictOptions {
  /** Side of a tile without halo, px; 0: untiled when memory allows. */
  tile?: number;
  signal?: AbortSignal | undefined;
}

export interface RowsOptions extends PredictOptions {
  probabilities?: boolean;
  take: (values: Float32Array | Uint8Array, y: number, rows: number) => void | Promise<void>;
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
/** However little memory there is. */
const SMALLEST_TILE_PX = 64;

export class Predictor {
  constructor(
    private readonly pixels: PixelModel,
    private readonly model: ModelFile,
  ) {}

  /** Frees what it keeps on the device. */
  dispose(): void {
    this.pixels.dispose();
  }

  /** Class probabilities of an image. @throws AppError('unsupported-image') for channels the model was not made for. */
  async probabilities(image: PixelImage, options: PredictOptions = {}): Promise<Probabilities> {
    const { input } = this.model;
    requireChannels(image, input);
    requireFinite(image, 'The image');
    if (this.model.scaleMode === 'letterbox') return this.letterboxed(toInput(image, input));
    const { width, height } = image;
    const values = new Float32Array(width * height * this.model.classes.length);
    const counts = await this.native(
      image,
      options,
      this.probabilitiesInto(() => values),
    );
    return { values, ...counts };
  }

  /** Label values, confidence and, if asked for, probabilities. */
  async predict(
    image: PixelImage,
    options: PredictOptions & { probabilities?: boolean; entropy?: boolean; region?: Region } = {},
  ): Promise<Prediction> {
    const start = performance.now();
    const { region } = options;
    if (!region && !options.probabilities && !options.entropy && this.model.scaleMode === 'native')
      return { ...(await this.classes(image, options)), elapsedMs: performance.now() - start };
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
    if (scaleMode === 'letterbox') {
      const { values, ...counts } = this.letterboxed(toInput(image, input));
      return { values: cutOut(values, { ...image, left: 0, top: 0 }, region, classes.length), ...counts };
    }
    const { margin, halo, multipleOf: step } = this.pixels;
    const grid = { step, margin, halo };
    const row = spanAround({ start: region.y, length: region.height, side: image.height }, grid);
    const column = spanAround({ start: region.x, length: region.width, side: image.width }, grid);
    const [width, height] = [column.windowEnd - column.windowStart, row.windowEnd - row.windowStart];
    const ys = Array.from({ length: height }, (_, y) => mirror(row.windowStart - margin + y, image.height));
    const band = { ...rawInput(image, input), firstRow: 0 };
    const pixels = mirroredWindow(band, ys, column.windowStart - margin, width);
    const window = { width, left: column.windowStart - margin, top: row.windowStart - margin };
    return {
      values: cutOut(this.pixels.probabilities(pixels), window, region, classes.length),
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
    const maps = Array.from({ length: channels }, () => AS_IT_IS);
    const values = this.pixels.probabilities({ values: rows.finish(), shape: [size, size, channels], maps });
    const square = { values, channels: classes.length, box: letterbox(width, height, size) };
    return (wanted) => unletterbox(square, { width, height }, wanted);
  }

  boxCounts(width: number, height: number): Omit<Probabilities, 'values'> {
    const { size } = this.model;
    const box = letterbox(width, height, size);
    return { tiles: 1, overhead: (size * size) / (box.width * box.height) - 1 };
  }

  /** Labels and confidence alone: no probability leaves TensorFlow. */
  private async classes(image: PixelImage, options: PredictOptions): Promise<Omit<Prediction, 'elapsedMs'>> {
    requireChannels(image, this.model.input);
    requireFinite(image, 'The image');
    const { width, height } = image;
    const labels = new Uint8Array(width * height);
    const confidence = new Uint8Array(width * height);
    const counts = await this.native(image, options, (pixels, tile, size) => {
      const found = this.pixels.classes(pixels);
      copyInside(found.labels, tile, { values: labels, each: 1 }, size);
      copyInside(found.confidence, tile, { values: confidence, each: 1 }, size);
    });
    return { width, height, labels, confidence, probabilities: null, entropy: null, ...counts };
  }

  private native(
    image: PixelImage,
    options: PredictOptions,
    take: (pixels: Pixels, tile: PlacedTile, size: TileRows) => void,
  ): Promise<Omit<Probabilities, 'values'>> {
    const band = { ...rawInput(image, this.model.input), firstRow: 0 };
    return this.overTiles(image, () => band, {
      ...options,
      take: (pixels, tile) => take(pixels, tile, { ...image, firstRow: 0 }),
    });
  }

  private probabilitiesInto(values: () => Float32Array) {
    const each = this.model.classes.length;
    return (pixels: Pixels, tile: PlacedTile, size: TileRows) =>
      copyInside(this.pixels.probabilities(pixels), tile, { values: values(), each }, size);
  }

  /**
   * An image of which only the rows under one row of tiles are in memory at a time. Tiles are no larger than
   * LARGEST_PART_PX, whatever memory there is.
   * @param read gives rows y0 ≤ y < y1. @param take gets each finished row of tiles from the top: its labels
   * [rows · width], or its class probabilities [rows · width · classes] where `probabilities` asks for them.
   */
  async finishedRows(
    size: { width: number; height: number },
    read: (y0: number, y1: number) => Promise<RawImage>,
    { take, tile, signal, probabilities = false }: RowsOptions,
  ): Promise<Omit<Probabilities, 'values'>> {
    const each = probabilities ? this.model.classes.length : 1;
    const { width, height } = size;
    let values: Float32Array | Uint8Array = new Uint8Array(0);
    let finished = 0;
    const side = tile ?? 0;
    return this.overTiles(size, (y0, y1) => read(y0, y1).then((part) => ({ ...part, firstRow: y0 })), {
      tile: side || Math.min(LARGEST_PART_PX, this.pixels.largestTile),
      signal,
      take: (pixels, tileOf) => {
        const count = (endOf(tileOf.row, tileOf.margin, height) - finished) * width * each;
        if (values.length !== count) values = probabilities ? new Float32Array(count) : new Uint8Array(count);
        const part = probabilities ? this.pixels.probabilities(pixels) : this.pixels.classes(pixels).labels;
        copyInside(part, tileOf, { values, each }, { width, height, firstRow: finished });
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
    const { multipleOf, margin, halo } = this.pixels;
    const padded = (side: number) => Math.ceil((side + 2 * margin) / multipleOf) * multipleOf;
    const [fullWidth, fullHeight] = [padded(width), padded(height)];
    const side = tile || this.largestTile(fullWidth, fullHeight);
    const rows = planTiles(fullHeight, side, halo, multipleOf);
    const columns = planTiles(fullWidth, side, halo, multipleOf);

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
        const pixels = mirroredWindow(image, ys, column.windowStart - margin, w);
        take(pixels, { row, column, width: w, margin });
        // Lets messages in between tiles: a stop, a question from the core.
        if (rows.length * columns.length > 1) await new Promise((resolve) => setImmediate(resolve));
      }
      await rowDone?.(row, margin);
    }
    return { tiles: rows.length * columns.length, overhead: computed / (width * height) - 1 };
  }

  private largestTile(width: number, height: number): number {
    const { bytesPerPixel, halo, multipleOf, largestTile } = this.pixels;
    const pixels = (process.availableMemory() * 0.5) / bytesPerPixel;
    const whole = Math.max(width, height);
    if (width * height <= pixels) return Math.min(whole, largestTile);
    const side = Math.floor(Math.sqrt(pixels)) - 2 * halo;
    return Math.min(Math.max(multipleOf * 8, SMALLEST_TILE_PX, side), largestTile);
  }
}

interface TileWork extends PredictOptions {
  take: (pixels: Pixels, tile: PlacedTile) => void;
  /** After the last tile of a row. */
  rowDone?: (row: Span, margin: number) => Promise<void>;
}
