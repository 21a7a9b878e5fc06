/**
 * Draws what a model predicts over the image: its classes, how sure it is, or where it differs from the labels. One
 * canvas a tile at the level that is looked at; where a tile has not come yet nothing is drawn.
 */
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import type { LabelTiles } from '../editor/label-tiles.js';
import { levelSize, placeKey, type TilePlace } from '../editor/pixel-tiles.js';
import { visibleTiles, type Viewport } from '../editor/viewport.js';
import { boxOnCanvas, middleFirst } from './view.js';

/** One tile of a prediction: a label value and a confidence (0 … 255) a pixel, row by row. */
export interface PredictionTile {
  width: number;
  height: number;
  values: Uint8Array;
  confidence: Uint8Array;
}

/** Where tiles come from. */
export interface PredictionSource {
  image: { width: number; height: number; levels: number };
  get(place: TilePlace): PredictionTile | undefined;
  /** Says what is in view, most urgent first. */
  want(places: readonly TilePlace[]): void;
}

/** `outline`: borders of classes, and a light tint between them. */
export type PredictionMode = 'classes' | 'outline' | 'confidence' | 'difference';

/** Another object means another picture: tiles are then drawn anew. */
export interface PredictionLook {
  mode: PredictionMode;
  /** RGBA (little-endian) of each label value, 256 entries; clear where a class is switched off. */
  colors: Uint32Array;
  /** 0 … 1: pixels the model is less sure of are not drawn. */
  minConfidence: number;
  /** Compared with in `difference`. */
  labels: LabelTiles;
  /** Nothing is drawn where there is a label. */
  unlabelledOnly: boolean;
}

const BUDGET_BYTES = 100 * 2 ** 20;
/** Writing tiles may take this much of a frame. */
const FRAME_BUDGET_MS = 6;

interface Held {
  canvas: HTMLCanvasElement;
  look: PredictionLook;
  tile: PredictionTile;
}

export class PredictionLayer {
  /** In the order of last use. */
  private readonly canvases = new Map<string, Held>();
  private bytes = 0;

  constructor(readonly source: PredictionSource) {}

  /** @returns false when tiles are left for the next frame. */
  paint(
    context: CanvasRenderingContext2D,
    view: Viewport,
    { look, opacity }: { look: PredictionLook; opacity: number },
  ): boolean {
    const { image } = this.source;
    const seen = visibleTiles(view, image.levels);
    if (!seen) return true;
    const places = middleFirst(seen.range).map((place) => ({ level: seen.level, ...place }));
    this.source.want(places);
    const started = performance.now();
    let complete = true;
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = false;
    for (const place of places) {
      const late = performance.now() - started > FRAME_BUDGET_MS;
      const held = this.canvases.get(placeKey(place));
      // A tile may come anew, as suggestions do.
      const fresh = held?.look === look && held.tile === this.source.get(place);
      if (late && !fresh) complete = false;
      const canvas = fresh || late ? held?.canvas : this.make(place, look);
      if (canvas) this.draw(context, { view, place, canvas });
    }
    context.globalAlpha = 1;
    return complete;
  }

  private draw(
    context: CanvasRenderingContext2D,
    { view, place, canvas }: { view: Viewport; place: TilePlace; canvas: HTMLCanvasElement },
  ): void {
    const { image } = this.source;
    const grow = 2 ** place.level;
    const [x, y] = [place.tx * PIXEL_TILE * grow, place.ty * PIXEL_TILE * grow];
    const box = boxOnCanvas(view, {
      x,
      y,
      width: Math.min(canvas.width * grow, image.width - x),
      height: Math.min(canvas.height * grow, image.height - y),
    });
    context.drawImage(canvas, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
  }

  private make(place: TilePlace, look: PredictionLook): HTMLCanvasElement | undefined {
    const tile = this.source.get(place);
    if (!tile) return undefined;
    const key = placeKey(place);
    const held = this.canvases.get(key);
    const canvas = held?.canvas ?? document.createElement('canvas');
    if (!held) {
      canvas.width = tile.width;
      canvas.height = tile.height;
      this.bytes += tile.width * tile.height * 4;
    }
    const picture = new ImageData(tile.width, tile.height);
    const compared = look.mode === 'difference' || look.unlabelledOnly;
    const labels = compared ? this.labelsOf(place, tile, look.labels) : null;
    colorPrediction(tile, { ...look, labels }, new Uint32Array(picture.data.buffer));
    canvas.getContext('2d')!.putImageData(picture, 0, 0);
    this.canvases.delete(key);
    this.canvases.set(key, { canvas, look, tile });
    this.shrink(key);
    return canvas;
  }

  /** Labels of a tile's pixels; of a reduced one the label in the middle of each block. */
  private labelsOf({ level, ty, tx }: TilePlace, tile: PredictionTile, labels: LabelTiles): Uint8Array {
    const [x, y] = [tx * PIXEL_TILE, ty * PIXEL_TILE];
    const { width, height } = tile;
    if (level === 0) return labels.read({ x, y, width, height });
    const step = 2 ** level;
    const found = new Uint8Array(width * height);
    const full = levelSize(labels, 0);
    for (let row = 0, to = 0; row < height; row++) {
      const fullY = Math.min(full.height - 1, (y + row) * step + (step >> 1));
      for (let column = 0; column < width; column++)
        found[to++] = labels.at(Math.min(full.width - 1, (x + column) * step + (step >> 1)), fullY);
    }
    return found;
  }

  private shrink(newest: string): void {
    for (const [key, { canvas }] of this.canvases) {
      if (this.bytes <= BUDGET_BYTES || key === newest) return;
      this.canvases.delete(key);
      this.bytes -= canvas.width * canvas.height * 4;
    }
  }
}

/** Where the model and a label disagree: vermillion of Okabe and Ito, opaque; RGBA, little-endian. */
export const DIFFERENT = 0xff005ed5;

/**
 * Colours of a prediction's pixels.
 * @param labels Of the same pixels, for `difference`, where void pixels are not compared, and for `unlabelledOnly`; else null.
 * @param out RGBA, little-endian, one a pixel.
 */
export function colorPrediction(
  { width, values, confidence }: Pick<PredictionTile, 'width' | 'values' | 'confidence'>,
  {
    mode,
    colors,
    minConfidence,
    unlabelledOnly,
    labels,
  }: Omit<PredictionLook, 'labels'> & { labels: Uint8Array | null },
  out: Uint32Array,
): void {
  const least = Math.round(minConfidence * 255);
  for (let i = 0; i < out.length; i++) {
    const value = values[i]!;
    const color = colors[value]!;
    if (color === 0 || confidence[i]! < least || (unlabelledOnly && labels?.[i])) out[i] = 0;
    else if (mode === 'classes') out[i] = color;
    else if (mode === 'outline') out[i] = onBorder(values, i, width) ? color : withAlpha(color, TINT);
    else if (mode === 'confidence') out[i] = HEAT[confidence[i]!]!;
    else out[i] = labels && labels[i] !== 0 && labels[i] !== value ? DIFFERENT : 0;
  }
}

/** Of what lies between borders, 0 … 255. */
const TINT = 45;

const withAlpha = (color: number, alpha: number): number =>
  ((color & 0xffffff) | ((((color >>> 24) * alpha) / 255) << 24)) >>> 0;

/** Whether a pixel's left or upper neighbour of the same tile is of another class: a line of one pixel. */
const onBorder = (values: Uint8Array, i: number, width: number): boolean =>
  (i % width > 0 && values[i - 1] !== values[i]) || (i >= width && values[i - width] !== values[i]);

/** From unsure (bright yellow) to sure (dark violet): five colours of matplotlib's inferno, joined by straight lines. */
const INFERNO = [
  [252, 255, 164],
  [249, 142, 9],
  [188, 55, 84],
  [87, 16, 110],
  [0, 0, 4],
] as const;

/** By confidence, 0 … 255; below one half it is as unsure as two classes can be. */
export const HEAT = Uint32Array.from({ length: 256 }, (_, confidence) => {
  const at = Math.min(1, Math.max(0, (confidence / 255 - 0.5) * 2)) * (INFERNO.length - 1);
  const from = Math.min(INFERNO.length - 2, Math.floor(at));
  const [r, g, b] = INFERNO[from]!.map((part, i) =>
    Math.round(part + (INFERNO[from + 1]![i]! - part) * (at - from)),
  ) as [number, number, number];
  return ((0xff << 24) | (b << 16) | (g << 8) | r) >>> 0;
});
