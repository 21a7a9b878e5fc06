/** Hatches pixels whose label came from a model. The lines keep their width whatever the zoom, so that they are seen at each. */
import type { LabelTiles } from '../editor/label-tiles.js';
import type { Viewport } from '../editor/viewport.js';
import { LabelLayer } from './label-layer.js';

/** Device px from line to line. */
const SPACING = 12;

export class OriginLayer {
  private readonly where: LabelLayer;
  private readonly canvas = document.createElement('canvas');
  private lines: CanvasPattern | null = null;

  /** @param tiles 1 where a label is a model's. */
  constructor(tiles: LabelTiles) {
    const colours = new Uint32Array(256);
    colours[1] = 0xffffffff;
    this.where = new LabelLayer(tiles, colours);
  }

  /** @returns false when tiles are left for the next frame. */
  paint(context: CanvasRenderingContext2D, view: Viewport): boolean {
    const { canvas } = this;
    const { width, height } = context.canvas;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const own = canvas.getContext('2d')!;
    own.globalCompositeOperation = 'source-over';
    own.clearRect(0, 0, width, height);
    const complete = this.where.paint(own, view, 1);
    this.lines ??= own.createPattern(hatch(), 'repeat');
    own.globalCompositeOperation = 'source-in';
    own.fillStyle = this.lines!;
    own.fillRect(0, 0, width, height);
    context.drawImage(canvas, 0, 0);
    return complete;
  }
}

/** A dark and a bright line side by side, to be seen on every image and colour. */
function hatch(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = SPACING;
  canvas.height = SPACING;
  const context = canvas.getContext('2d')!;
  for (const [shift, color] of [
    [0, 'rgb(0 0 0 / 80%)'],
    [2, 'rgb(255 255 255 / 85%)'],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = 1.25;
    context.beginPath();
    // Three lines, so that the corners of the pattern meet.
    for (const start of [-SPACING, 0, SPACING]) {
      context.moveTo(start + shift - 2, SPACING + 2);
      context.lineTo(start + shift + SPACING + 2, -2);
    }
    context.stroke();
  }
  return canvas;
}
