/**
 * Draws the label map over the image: label values through a colour table into canvases of at most 512² px, at the
 * resolution the view needs. Zoomed out a canvas holds many tiles, so that a whole image of 16384² takes a few drawings
 * a frame and not a thousand. Only what changed is written again, and pixels are never read back from a canvas.
 */
import type { LabelTiles, Rect, TileGlance } from '../editor/label-tiles.js';
import type { DirtyRect } from '../editor/mask-editor.js';
import { TILE_SIDE } from '../../src-main/shared/mask.js';
import type { Viewport } from '../editor/viewport.js';
import { boxOnCanvas, tilesInView } from './view.js';

/** Reduced by up to 2^5: a canvas then holds 32 × 32 tiles. */
const LEVELS = 6;
/** Some 200 canvases: a screen of 2560 × 1440 px, more than ten times. */
const BUDGET_BYTES = 200 * 2 ** 20;
/** Writing tiles that come into view may take this much of a frame. */
const FRAME_BUDGET_MS = 8;

/** Pixels of a tile's canvas, from the first to before the last. */
interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** A square of 2^level × 2^level tiles. */
interface Group {
  level: number;
  /** Image px; cut off at the image's edge. */
  rect: Rect;
  /** Null until one of its tiles has labels. */
  canvas: HTMLCanvasElement | null;
  /** Tiles, by number, that the canvas shows as they are. */
  written: Set<number>;
  /** Tiles that it shows as they were a moment ago: an undo changed them, and their turn has not come. */
  stale: Set<number>;
}

export class LabelLayer {
  /** By level and place, in the order of last use. */
  private readonly groups = new Map<number, Group>();
  private bytes = 0;
  /** Level of the last frame. */
  private level = 0;

  /** @param colours RGBA (little-endian: 0xAABBGGRR) of each label value; 256 entries. @param patterns As `patternTable` gives. */
  constructor(
    private readonly tiles: LabelTiles,
    private colours: Uint32Array,
    private patterns: Uint32Array | null = null,
  ) {}

  /** The project's state comes anew after every stroke, mostly with the same colours: then nothing is drawn again. */
  setColours(colours: Uint32Array, patterns: Uint32Array | null): void {
    const same =
      (patterns === null) === (this.patterns === null) &&
      colours.every((colour, value) => colour === this.colours[value]);
    this.colours = colours;
    this.patterns = patterns;
    if (!same) this.clear();
  }

  clear(): void {
    this.groups.clear();
    this.bytes = 0;
  }

  /** Writes small changes into the canvas that shows them; whole tiles wait for their turn in `paint`. */
  update(rects: readonly DirtyRect[]): void {
    for (const rect of rects) {
      const index = this.tiles.indexOf(rect.ty, rect.tx);
      const tile = this.tiles.rectOf(index);
      const whole = rect.width === tile.width && rect.height === tile.height;
      for (let level = 0; level < LEVELS; level++) {
        const group = this.groups.get(this.keyOf(level, rect.ty >> level, rect.tx >> level));
        if (!group?.written.has(index)) continue;
        if (level === this.level && !whole) {
          this.write(group, index, rect);
          continue;
        }
        group.written.delete(index);
        if (level === this.level) group.stale.add(index);
      }
    }
  }

  /** @returns false when tiles are left for the next frame. */
  paint(context: CanvasRenderingContext2D, view: Viewport, opacity: number): boolean {
    const level = Math.max(0, Math.min(LEVELS - 1, Math.floor(Math.log2(1 / view.zoom))));
    const span = tilesInView(view, TILE_SIDE << level);
    if (!span) return true;
    this.level = level;
    const latest = performance.now() + FRAME_BUDGET_MS;
    let complete = true;
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = false;
    for (let gy = span.ty0; gy <= span.ty1; gy++)
      for (let gx = span.tx0; gx <= span.tx1; gx++) {
        const group = this.groupAt(level, gy, gx);
        const waiting = this.writeUntil(latest, group, view);
        complete &&= waiting.length === 0;
        if (waiting.every((index) => group.stale.has(index))) drawPart(context, view, group, group.rect);
        else this.drawTiles(context, view, group);
      }
    context.globalAlpha = 1;
    this.shrink(span);
    return complete;
  }

  /** Writes the tiles in view that are not there yet, as many as there is time for. @returns those that are left. */
  private writeUntil(latest: number, group: Group, view: Viewport): number[] {
    const seen = tilesInView(view, TILE_SIDE);
    if (!seen) return [];
    const inView = (index: number) => {
      const { ty, tx } = this.tiles.rectOf(index);
      return ty >= seen.ty0 && ty <= seen.ty1 && tx >= seen.tx0 && tx <= seen.tx1;
    };
    // All of them at once in most frames.
    const missing = this.missingOf(group).filter(inView);
    let next = 0;
    for (; next < missing.length && (next === 0 || performance.now() < latest); next++) {
      const index = missing[next]!;
      this.write(group, index, this.tiles.rectOf(index));
      group.written.add(index);
      group.stale.delete(index);
    }
    return missing.slice(next);
  }

  private missingOf(group: Group): number[] {
    const all = this.tiles.indexesIn(group.rect);
    return group.written.size === all.length ? [] : all.filter((index) => !group.written.has(index));
  }

  /** While a group is not whole, tile by tile; where one is missing, as another zoom showed it. */
  private drawTiles(context: CanvasRenderingContext2D, view: Viewport, group: Group): void {
    for (const index of this.tiles.indexesIn(group.rect)) {
      const tile = this.tiles.rectOf(index);
      const own = group.written.has(index) || group.stale.has(index);
      const from = own ? group : (this.otherLevel(index) ?? group);
      drawPart(context, view, from, tile);
    }
  }

  private otherLevel(index: number): Group | undefined {
    const { ty, tx } = this.tiles.rectOf(index);
    for (let level = 0; level < LEVELS; level++) {
      const group = this.groups.get(this.keyOf(level, ty >> level, tx >> level));
      if (group?.written.has(index)) return group;
    }
    return undefined;
  }

  private groupAt(level: number, gy: number, gx: number): Group {
    const key = this.keyOf(level, gy, gx);
    const held = this.groups.get(key);
    if (held) {
      this.groups.delete(key);
      this.groups.set(key, held);
      return held;
    }
    const side = TILE_SIDE << level;
    const [x, y] = [gx * side, gy * side];
    const { width, height } = this.tiles;
    const rect = { x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) };
    const group = { level, rect, canvas: null, written: new Set<number>(), stale: new Set<number>() };
    this.groups.set(key, group);
    return group;
  }

  /** A group's canvas, once one is needed. */
  private canvasOf(group: Group): HTMLCanvasElement {
    if (!group.canvas) {
      group.canvas = document.createElement('canvas');
      group.canvas.width = Math.ceil(group.rect.width / 2 ** group.level);
      group.canvas.height = Math.ceil(group.rect.height / 2 ** group.level);
      this.bytes += bytesOf(group.canvas);
    }
    return group.canvas;
  }

  /** Part of a tile, in image px, into the group's canvas: every 2^level-th pixel. */
  private write(group: Group, index: number, part: Rect): void {
    const step = 2 ** group.level;
    const tile = this.tiles.rectOf(index);
    const seen = this.tiles.glance(index, step);
    // Void needs no canvas, unless there were labels.
    if (!seen && !group.canvas) return;
    const x0 = Math.floor((part.x - tile.x) / step);
    const y0 = Math.floor((part.y - tile.y) / step);
    const x1 = Math.ceil((part.x + part.width - tile.x) / step);
    const y1 = Math.ceil((part.y + part.height - tile.y) / step);
    const picture = new ImageData(x1 - x0, y1 - y0);
    if (seen) {
      const out = new Uint32Array(picture.data.buffer);
      if (seen.step === step) this.colourSamples(seen, { x0, y0, x1, y1 }, out);
      else this.colourEvery(step, seen, { x0, y0, x1, y1 }, out);
    }
    const [left, top] = [(tile.x - group.rect.x) / step, (tile.y - group.rect.y) / step];
    this.canvasOf(group)
      .getContext('2d')!
      .putImageData(picture, left + x0, top + y0);
  }

  private colourSamples({ values, width }: TileGlance, { x0, y0, x1, y1 }: Box, out: Uint32Array): void {
    const { colours, patterns } = this;
    let to = 0;
    for (let y = y0; y < y1; y++) {
      const row = y * width;
      if (patterns) for (let x = x0; x < x1; x++) out[to++] = patterns[patternAt(x, y) | values[row + x]!]!;
      else for (let x = x0; x < x1; x++) out[to++] = colours[values[row + x]!]!;
    }
  }

  /** Of a tile at full resolution: the pixels that `LabelTiles.glance` samples. */
  private colourEvery(
    step: number,
    { values, width, height }: TileGlance,
    { x0, y0, x1, y1 }: Box,
    out: Uint32Array,
  ): void {
    const { colours, patterns } = this;
    const half = step >> 1;
    let to = 0;
    for (let y = y0; y < y1; y++) {
      const row = Math.min(height - 1, y * step + half) * width;
      for (let x = x0; x < x1; x++) {
        const value = values[row + Math.min(width - 1, x * step + half)]!;
        out[to++] = patterns ? patterns[patternAt(x, y) | value]! : colours[value]!;
      }
    }
  }

  /** Lets the canvases go that were not drawn for longest, but for the `drawn` ones of this frame. */
  private shrink({ ty0, ty1, tx0, tx1 }: { ty0: number; ty1: number; tx0: number; tx1: number }): void {
    let spare = this.groups.size - (ty1 - ty0 + 1) * (tx1 - tx0 + 1);
    for (const [key, { canvas }] of this.groups) {
      if (this.bytes <= BUDGET_BYTES || spare-- <= 0) return;
      this.groups.delete(key);
      if (canvas) this.bytes -= bytesOf(canvas);
    }
  }

  /** Levels have at most 2^16 groups a side. */
  private keyOf(level: number, gy: number, gx: number): number {
    return (level * 2 ** 16 + gy) * 2 ** 16 + gx;
  }
}

/** Tiles begin at multiples of the pattern's period, so that it goes on from one to the next. */
const patternAt = (x: number, y: number): number => (((y & 7) << 3) | (x & 7)) << 8;

const bytesOf = ({ width, height }: HTMLCanvasElement): number => width * height * 4;

/** The part of a group's canvas that lies over `part`, in image px. */
function drawPart(context: CanvasRenderingContext2D, view: Viewport, group: Group, part: Rect): void {
  if (!group.canvas) return;
  const step = 2 ** group.level;
  const { x0, y0, x1, y1 } = boxOnCanvas(view, part);
  context.drawImage(
    group.canvas,
    (part.x - group.rect.x) / step,
    (part.y - group.rect.y) / step,
    part.width / step,
    part.height / step,
    x0,
    y0,
    x1 - x0,
    y1 - y0,
  );
}
