/** What the canvas shows of the open image, and how labels lie over it. */
import type { Rect } from '../editor/label-tiles.js';
import {
  fitted,
  panned,
  panStep,
  resized,
  visibleRect,
  zoomedBy,
  zoomedStep,
  zoomedTo,
  type Point,
  type Viewport,
} from '../editor/viewport.js';

export interface CursorInfo {
  /** Pixel of the image. */
  x: number;
  y: number;
  classValue: number;
  /** One a channel; null until the samples are there. */
  values: readonly number[] | null;
}

/** Of the canvas, that a part which is shown takes up. */
const RECT_SHARE = 0.7;

export class Viewing {
  /** Null until an image is open and the canvas has a size. */
  viewport: Viewport | null = $state.raw(null);
  labelsShown = $state(true);
  /** 0 … 1; so that the image can be judged under labels that cover all of it. */
  labelOpacity = $state(0.35);
  /** While true, dragging moves the image. */
  panHeld = $state(false);
  cursor: CursorInfo | null = $state.raw(null);
  /** Device px a CSS px. */
  pixelRatio = $state(1);
  #screen = { screenWidth: 0, screenHeight: 0 };
  #image = { imageWidth: 0, imageHeight: 0 };

  /** Shows another image: whole, or as before when it has the same size (the next slice of a stack). */
  show({ width, height }: { width: number; height: number }): void {
    const same = this.#image.imageWidth === width && this.#image.imageHeight === height;
    this.#image = { imageWidth: width, imageHeight: height };
    if (!same || !this.viewport) this.fit();
  }

  /** Size of the canvas, device px. */
  resize(screenWidth: number, screenHeight: number, pixelRatio: number): void {
    this.#screen = { screenWidth, screenHeight };
    this.pixelRatio = pixelRatio;
    if (this.viewport && screenWidth > 0 && screenHeight > 0)
      this.viewport = resized(this.viewport, screenWidth, screenHeight);
    else this.fit();
  }

  fit(): void {
    const { screenWidth, screenHeight } = this.#screen;
    if (this.#image.imageWidth > 0 && screenWidth > 0 && screenHeight > 0)
      this.viewport = fitted({ ...this.#image, ...this.#screen });
  }

  close(): void {
    this.#image = { imageWidth: 0, imageHeight: 0 };
    this.viewport = null;
    this.cursor = null;
  }

  zoomBy(factor: number, at?: Point): void {
    this.#change((view) => zoomedBy(view, factor, at));
  }

  zoomStep(direction: 1 | -1): void {
    this.#change((view) => zoomedStep(view, direction));
  }

  zoomTo(zoom: number): void {
    this.#change((view) => zoomedTo(view, zoom));
  }

  pan(dx: number, dy: number): void {
    this.#change((view) => panned(view, dx, dy));
  }

  panStep(columns: number, rows: number): void {
    this.#change((view) => panStep(view, columns, rows));
  }

  /** Brings a part of the image to the middle, with some of what lies around it. */
  showRect({ x, y, width, height }: Rect): void {
    this.#change((view) => {
      const zoom = Math.min(view.screenWidth / width, view.screenHeight / height) * RECT_SHARE;
      const near = zoomedTo(view, zoom);
      const middle = {
        x: near.left + (x + width / 2) * near.zoom,
        y: near.top + (y + height / 2) * near.zoom,
      };
      return panned(near, view.screenWidth / 2 - middle.x, view.screenHeight / 2 - middle.y);
    });
  }

  /** The part of the image in view, or all of it before there is a canvas. */
  visible({ width, height }: { width: number; height: number }): Rect {
    return this.viewport ? visibleRect(this.viewport) : { x: 0, y: 0, width, height };
  }

  #change(change: (view: Viewport) => Viewport): void {
    if (this.viewport) this.viewport = change(this.viewport);
  }
}
