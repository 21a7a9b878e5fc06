/**
 * Draws the image: each tile of samples through the display window into a canvas of its own. Where a tile has not come
 * yet, the next coarser one that is there is stretched over its place.
 */
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import { levelSize, placeKey, type PixelTiles, type TilePlace } from '../editor/pixel-tiles.js';
import type { ToColors } from '../editor/display.js';
import { visibleTiles, type Viewport } from '../editor/viewport.js';
import { boxOnCanvas, middleFirst } from './view.js';

const BUDGET_BYTES = 200 * 2 ** 20;
/** Mapping tiles anew after the window was changed may take this much of a frame. */
const FRAME_BUDGET_MS = 10;

interface TileCanvas {
  canvas: HTMLCanvasElement;
  /** The mapping it was made with. */
  mapping: ToColors;
}

export class ImageLayer {
  /** In the order of last use. */
  private readonly canvases = new Map<string, TileCanvas>();
  private bytes = 0;

  constructor(
    private readonly image: { width: number; height: number; levels: number },
    private readonly tiles: PixelTiles,
    private mapping: ToColors,
  ) {}

  /** Shows the same samples otherwise; canvases are made anew as they are drawn. */
  setMapping(mapping: ToColors): void {
    this.mapping = mapping;
  }

  /** @returns false when canvases are left to be made in the next frame. */
  paint(context: CanvasRenderingContext2D, view: Viewport): boolean {
    const seen = visibleTiles(view, this.image.levels);
    if (!seen) return true;
    const { level } = seen;
    const places = middleFirst(seen.range).map((place) => ({ level, ...place }));
    const coarsest = { level: this.image.levels - 1, ty: 0, tx: 0 };
    this.tiles.want([coarsest, ...places]);
    const started = performance.now();
    let complete = true;
    // Below one canvas pixel an image pixel is averaged; above, its square is shown as it is.
    context.imageSmoothingEnabled = view.zoom < 1;
    for (const place of places) {
      const late = performance.now() - started > FRAME_BUDGET_MS;
      const fresh = this.canvasOf(place, late);
      if (late && fresh?.mapping !== this.mapping && this.tiles.get(place)) complete = false;
      if (fresh) this.draw(context, { view, place, source: place, canvas: fresh.canvas });
      else this.drawCoarser(context, { view, place, late });
    }
    return complete;
  }

  private drawCoarser(
    context: CanvasRenderingContext2D,
    { view, place, late }: { view: Viewport; place: TilePlace; late: boolean },
  ): void {
    for (let level = place.level + 1; level < this.image.levels; level++) {
      const shift = level - place.level;
      const source = { level, ty: place.ty >> shift, tx: place.tx >> shift };
      const held = this.canvasOf(source, late);
      if (held) return this.draw(context, { view, place, source, canvas: held.canvas });
    }
  }

  /** Draws the part of `source`'s canvas that lies in `place`. */
  private draw(
    context: CanvasRenderingContext2D,
    {
      view,
      place,
      source,
      canvas,
    }: { view: Viewport; place: TilePlace; source: TilePlace; canvas: HTMLCanvasElement },
  ): void {
    const full = levelSize(this.image, place.level);
    const x = place.tx * PIXEL_TILE;
    const y = place.ty * PIXEL_TILE;
    const width = Math.min(PIXEL_TILE, full.width - x);
    const height = Math.min(PIXEL_TILE, full.height - y);
    const grow = 2 ** place.level;
    const box = boxOnCanvas(view, {
      x: x * grow,
      y: y * grow,
      width: Math.min(width * grow, this.image.width - x * grow),
      height: Math.min(height * grow, this.image.height - y * grow),
    });
    const shrink = 2 ** (source.level - place.level);
    context.drawImage(
      canvas,
      x / shrink - source.tx * PIXEL_TILE,
      y / shrink - source.ty * PIXEL_TILE,
      Math.min(width / shrink, canvas.width),
      Math.min(height / shrink, canvas.height),
      box.x0,
      box.y0,
      box.x1 - box.x0,
      box.y1 - box.y0,
    );
  }

  /** The tile's canvas, made or made anew when its samples are there and there is time. */
  private canvasOf(place: TilePlace, late: boolean): TileCanvas | undefined {
    const key = placeKey(place);
    const held = this.canvases.get(key);
    if (held && (late || held.mapping === this.mapping)) {
      this.canvases.delete(key);
      this.canvases.set(key, held);
      return held;
    }
    const tile = late ? undefined : this.tiles.get(place);
    if (!tile) return held;
    const canvas = held?.canvas ?? document.createElement('canvas');
    if (!held) {
      canvas.width = tile.width;
      canvas.height = tile.height;
      this.bytes += tile.width * tile.height * 4;
    }
    const picture = new ImageData(tile.width, tile.height);
    this.mapping(tile.data, new Uint32Array(picture.data.buffer));
    canvas.getContext('2d')!.putImageData(picture, 0, 0);
    const made = { canvas, mapping: this.mapping };
    this.canvases.delete(key);
    this.canvases.set(key, made);
    this.shrink(key);
    return made;
  }

  private shrink(newest: string): void {
    for (const [key, { canvas }] of this.canvases) {
      if (this.bytes <= BUDGET_BYTES || key === newest) return;
      this.canvases.delete(key);
      this.bytes -= canvas.width * canvas.height * 4;
    }
  }
}
