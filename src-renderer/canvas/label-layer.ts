/**
 * Draws the label map over the image: label values through a colour table into one small canvas a tile, at the
 * resolution the view needs. Only what changed is written again, and pixels are never read back from a canvas.
 */
import type { LabelTiles } from '../editor/label-tiles.js';
import type { DirtyRect } from '../editor/mask-editor.js';
import { TILE_SIDE } from '../../src-main/shared/mask.js';
import type { Viewport } from '../editor/viewport.js';
import { boxOnCanvas, tilesInView } from './view.js';

/** Reduced by up to 2^5: a tile of 512 px is then 16 px. */
const LEVELS = 6;
/** Some 200 tiles at full size: a screen of 2560 × 1440 px, twice. */
const BUDGET_BYTES = 200 * 2 ** 20;
/** Decoding tiles that come into view may take this much of a frame. */
const FRAME_BUDGET_MS = 8;

interface TileCanvas {
  canvas: HTMLCanvasElement;
  level: number;
}

export class LabelLayer {
  /** By tile number, in the order of last use. */
  private readonly canvases = new Map<number, TileCanvas>();
  private bytes = 0;

  /** @param colours RGBA (little-endian: 0xAABBGGRR) of each label value; 256 entries. */
  constructor(
    private readonly tiles: LabelTiles,
    private colours: Uint32Array,
  ) {}

  setColours(colours: Uint32Array): void {
    this.colours = colours;
    this.clear();
  }

  clear(): void {
    this.canvases.clear();
    this.bytes = 0;
  }

  /** Writes what changed into the canvases that show it. */
  update(rects: readonly DirtyRect[]): void {
    for (const rect of rects) {
      const index = this.tiles.indexOf(rect.ty, rect.tx);
      const held = this.canvases.get(index);
      if (held) this.write(index, held, rect);
    }
  }

  /** @returns false when tiles are left for the next frame. */
  paint(context: CanvasRenderingContext2D, view: Viewport, opacity: number): boolean {
    const span = tilesInView(view, TILE_SIDE);
    if (!span) return true;
    const level = Math.max(0, Math.min(LEVELS - 1, Math.floor(Math.log2(1 / view.zoom))));
    const started = performance.now();
    let complete = true;
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = false;
    for (let ty = span.ty0; ty <= span.ty1; ty++)
      for (let tx = span.tx0; tx <= span.tx1; tx++) {
        const index = this.tiles.indexOf(ty, tx);
        const held = this.canvases.get(index);
        const late = performance.now() - started > FRAME_BUDGET_MS;
        const shown = held?.level === level || late ? held : this.make(index, level);
        if (late && held?.level !== level) complete = false;
        if (!shown) continue;
        this.touch(index, shown);
        const { x0, y0, x1, y1 } = boxOnCanvas(view, this.tiles.rectOf(index));
        context.drawImage(shown.canvas, x0, y0, x1 - x0, y1 - y0);
      }
    context.globalAlpha = 1;
    return complete;
  }

  /** Undefined for a tile that is void everywhere. */
  private make(index: number, level: number): TileCanvas | undefined {
    this.drop(index);
    if (!this.tiles.values(index)) return undefined;
    const rect = this.tiles.rectOf(index);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.ceil(rect.width / 2 ** level));
    canvas.height = Math.max(1, Math.ceil(rect.height / 2 ** level));
    const held = { canvas, level };
    this.canvases.set(index, held);
    this.bytes += canvas.width * canvas.height * 4;
    this.write(index, held, rect);
    return held;
  }

  /** Part of a tile, in image px, into its canvas: every 2^level-th pixel. */
  private write(
    index: number,
    { canvas, level }: TileCanvas,
    part: { x: number; y: number; width: number; height: number },
  ): void {
    const rect = this.tiles.rectOf(index);
    const step = 2 ** level;
    const values = this.tiles.values(index);
    const x0 = Math.floor((part.x - rect.x) / step);
    const y0 = Math.floor((part.y - rect.y) / step);
    const x1 = Math.min(canvas.width, Math.ceil((part.x + part.width - rect.x) / step));
    const y1 = Math.min(canvas.height, Math.ceil((part.y + part.height - rect.y) / step));
    if (x1 <= x0 || y1 <= y0) return;
    const picture = new ImageData(x1 - x0, y1 - y0);
    const out = new Uint32Array(picture.data.buffer);
    if (values) {
      let to = 0;
      // The middle of each block stands for it; in the last, smaller block its last pixel.
      const half = step >> 1;
      for (let y = y0; y < y1; y++) {
        const row = Math.min(rect.height - 1, y * step + half) * rect.width;
        for (let x = x0; x < x1; x++)
          out[to++] = this.colours[values[row + Math.min(rect.width - 1, x * step + half)]!]!;
      }
    }
    canvas.getContext('2d')!.putImageData(picture, x0, y0);
  }

  private touch(index: number, held: TileCanvas): void {
    this.canvases.delete(index);
    this.canvases.set(index, held);
    for (const old of this.canvases.keys()) {
      if (this.bytes <= BUDGET_BYTES || old === index) return;
      this.drop(old);
    }
  }

  private drop(index: number): void {
    const held = this.canvases.get(index);
    if (!held) return;
    this.canvases.delete(index);
    this.bytes -= held.canvas.width * held.canvas.height * 4;
  }
}
