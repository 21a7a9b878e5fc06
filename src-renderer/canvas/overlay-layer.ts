/** Draws what lies over image and labels: the brush's circle, outlines, a selection before it is painted, the pixel grid. */
import type { FoundSelection, Preview } from '../editor/tool-events.js';
import { showsPixelGrid, toScreen, visibleRect, type Viewport } from '../editor/viewport.js';
import { boxOnCanvas } from './view.js';

/** Device px. */
const LINE = 1.25;
/** RGBA, little-endian: what is about to be painted shines through in yellow. */
const SELECTED = 0x8c00d7ff;

export class OverlayLayer {
  /** The last selection as a picture, since it is drawn again at every move of the view. */
  private selection: { found: FoundSelection; canvas: HTMLCanvasElement } | null = null;

  paint(context: CanvasRenderingContext2D, view: Viewport, preview: Preview | null): boolean {
    if (showsPixelGrid(view)) paintGrid(context, view);
    if (preview) this.paintPreview(context, view, preview);
    return true;
  }

  private paintPreview(context: CanvasRenderingContext2D, view: Viewport, preview: Preview): void {
    if (preview.kind === 'selection') return this.paintSelection(context, view, preview.found);
    context.beginPath();
    if (preview.kind === 'brush') {
      const { x, y } = toScreen(view, preview);
      // Smaller than this a circle could not be seen; a cross shows where it paints.
      const radius = Math.max(3, preview.radiusPx * view.zoom);
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (radius > 24) cross(context, x, y);
    } else if (preview.kind === 'outline') tracePoints(context, view, preview.points, preview.closed);
    else {
      const { x0, y0, x1, y1 } = preview.box;
      const from = toScreen(view, { x: Math.min(x0, x1), y: Math.min(y0, y1) });
      const to = toScreen(view, { x: Math.max(x0, x1), y: Math.max(y0, y1) });
      if (preview.kind === 'rectangle') context.rect(from.x, from.y, to.x - from.x, to.y - from.y);
      else
        context.ellipse(
          (from.x + to.x) / 2,
          (from.y + to.y) / 2,
          (to.x - from.x) / 2,
          (to.y - from.y) / 2,
          0,
          0,
          2 * Math.PI,
        );
    }
    strokeOnAnything(context, preview.erasing);
  }

  private paintSelection(context: CanvasRenderingContext2D, view: Viewport, found: FoundSelection): void {
    if (this.selection?.found !== found) this.selection = { found, canvas: pictureOf(found) };
    const { x0, y0, x1, y1 } = boxOnCanvas(view, found.rect);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.selection.canvas, x0, y0, x1 - x0, y1 - y0);
  }
}

function pictureOf({ rect, selection }: FoundSelection): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = rect.width;
  canvas.height = rect.height;
  const picture = new ImageData(rect.width, rect.height);
  const out = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < out.length; i++) if (selection[i] !== 0) out[i] = SELECTED;
  canvas.getContext('2d')!.putImageData(picture, 0, 0);
  return canvas;
}

function tracePoints(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: readonly number[],
  closed: boolean,
): void {
  for (let i = 0; i + 1 < points.length; i += 2) {
    const { x, y } = toScreen(view, { x: points[i]!, y: points[i + 1]! });
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  if (closed) context.closePath();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.moveTo(x - 4, y);
  context.lineTo(x + 4, y);
  context.moveTo(x, y - 4);
  context.lineTo(x, y + 4);
}

/** A light line with a dark one around it can be seen on every picture; erasing is dashed. */
function strokeOnAnything(context: CanvasRenderingContext2D, erasing: boolean): void {
  context.setLineDash(erasing ? [5, 4] : []);
  context.lineWidth = 3 * LINE;
  context.strokeStyle = 'rgb(0 0 0 / 55%)';
  context.stroke();
  context.lineWidth = LINE;
  context.strokeStyle = '#fff';
  context.stroke();
  context.setLineDash([]);
}

function paintGrid(context: CanvasRenderingContext2D, view: Viewport): void {
  const { x, y, width, height } = visibleRect(view);
  const from = toScreen(view, { x, y });
  const to = toScreen(view, { x: x + width, y: y + height });
  context.beginPath();
  for (let column = 0; column <= width; column++) {
    const at = from.x + column * view.zoom + 0.5;
    context.moveTo(at, from.y);
    context.lineTo(at, to.y);
  }
  for (let row = 0; row <= height; row++) {
    const at = from.y + row * view.zoom + 0.5;
    context.moveTo(from.x, at);
    context.lineTo(to.x, at);
  }
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(128 128 128 / 35%)';
  context.stroke();
}
