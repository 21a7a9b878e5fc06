/**
 * Which part of an image a canvas shows: plain records, and functions that give new ones. Lengths on the screen are in
 * device px, so that from 1× on every image pixel covers whole ones: crisp, and equally large.
 */
import type { TileRange } from '../../src-main/shared/app-api.js';
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import type { Rect } from './label-tiles.js';

export interface Viewport {
  imageWidth: number;
  imageHeight: number;
  screenWidth: number;
  screenHeight: number;
  /** Device px an image px: any number below 1, whole ones from 1 to 64. */
  zoom: number;
  /** What was asked for, not rounded: so that many small turns of a wheel or a pinch add up. */
  wantedZoom: number;
  /** Where the image's upper left corner is, device px; whole numbers. */
  left: number;
  top: number;
}

export interface Point {
  x: number;
  y: number;
}

export const MAX_ZOOM = 64;
/** Below, lines around pixels would hide them. */
export const PIXEL_GRID_ZOOM = 8;
const STEP = 2 ** 0.5;
/** Share of the canvas that an arrow key moves by. */
const ARROW_SHARE = 0.1;

/** The whole image, in the middle. */
export function fitted(
  size: Pick<Viewport, 'imageWidth' | 'imageHeight' | 'screenWidth' | 'screenHeight'>,
): Viewport {
  const zoom = fitZoom(size);
  const { imageWidth, imageHeight, screenWidth, screenHeight } = size;
  return {
    imageWidth,
    imageHeight,
    screenWidth,
    screenHeight,
    zoom,
    wantedZoom: zoom,
    left: Math.round((screenWidth - imageWidth * zoom) / 2),
    top: Math.round((screenHeight - imageHeight * zoom) / 2),
  };
}

export const toImage = ({ zoom, left, top }: Viewport, { x, y }: Point): Point => ({
  x: (x - left) / zoom,
  y: (y - top) / zoom,
});

export const toScreen = ({ zoom, left, top }: Viewport, { x, y }: Point): Point => ({
  x: x * zoom + left,
  y: y * zoom + top,
});

/** Zooms by a factor; what is at `at` on the screen stays there to within a pixel. */
export function zoomedBy(view: Viewport, factor: number, at: Point = middle(view)): Viewport {
  const lowest = Math.min(1, fitZoom(view));
  const wantedZoom = Math.min(MAX_ZOOM, Math.max(lowest, view.wantedZoom * factor));
  const zoom = wholeFromOne(wantedZoom);
  if (zoom === view.zoom) return { ...view, wantedZoom };
  const fixed = toImage(view, at);
  return clamped({ ...view, zoom, wantedZoom, left: at.x - fixed.x * zoom, top: at.y - fixed.y * zoom });
}

/** One step in (+1) or out (−1), as by a key: always another zoom, unless at an end. */
export function zoomedStep(view: Viewport, direction: 1 | -1, at: Point = middle(view)): Viewport {
  const next = wholeFromOne(view.zoom * (direction > 0 ? STEP : 1 / STEP));
  const zoom = next === view.zoom ? view.zoom + direction : next;
  return zoomedBy({ ...view, wantedZoom: view.zoom }, zoom / view.zoom, at);
}

/** To one device pixel an image pixel, or any other zoom. */
export const zoomedTo = (view: Viewport, zoom: number, at: Point = middle(view)): Viewport =>
  zoomedBy(view, zoom / view.wantedZoom, at);

/** Moves the image; its edges stay in sight, at the farthest in the middle of the canvas. */
export const panned = (view: Viewport, dx: number, dy: number): Viewport =>
  clamped({ ...view, left: view.left + dx, top: view.top + dy });

/** Looks further to the right (+1, 0), down (0, +1) …: as by an arrow key. */
export const panStep = (view: Viewport, columns: number, rows: number): Viewport =>
  panned(
    view,
    Math.round(-columns * ARROW_SHARE * view.screenWidth),
    Math.round(-rows * ARROW_SHARE * view.screenHeight),
  );

/** The canvas got another size: what was in its middle stays there; an image that was fitted is fitted again. */
export function resized(view: Viewport, screenWidth: number, screenHeight: number): Viewport {
  const next = { ...view, screenWidth, screenHeight };
  const fit = fitted(view);
  if (view.zoom === fit.zoom && view.left === fit.left && view.top === fit.top) return fitted(next);
  const fixed = toImage(view, middle(view));
  return clamped({
    ...next,
    left: screenWidth / 2 - fixed.x * view.zoom,
    top: screenHeight / 2 - fixed.y * view.zoom,
  });
}

/** The part of the image that can be seen, in whole image px; empty when it is all off the canvas. */
export function visibleRect(view: Viewport): Rect {
  const from = toImage(view, { x: 0, y: 0 });
  const to = toImage(view, { x: view.screenWidth, y: view.screenHeight });
  const x = Math.max(0, Math.floor(from.x));
  const y = Math.max(0, Math.floor(from.y));
  return {
    x,
    y,
    width: Math.max(0, Math.min(view.imageWidth, Math.ceil(to.x)) - x),
    height: Math.max(0, Math.min(view.imageHeight, Math.ceil(to.y)) - y),
  };
}

/**
 * The tiles to draw, of the most reduced copy that still has a pixel for each on the screen.
 * @param levels How many copies there are; level n is reduced by 2^n.
 * @returns null when nothing of the image can be seen.
 */
export function visibleTiles(view: Viewport, levels: number): { level: number; range: TileRange } | null {
  const rect = visibleRect(view);
  if (rect.width === 0 || rect.height === 0) return null;
  // Rounding must not choose the larger copy for a zoom of exactly 1/2^n.
  const wanted = Math.floor(Math.log2(1 / view.zoom) + 1e-9);
  const level = Math.min(levels - 1, Math.max(0, wanted));
  const side = PIXEL_TILE * 2 ** level;
  return {
    level,
    range: {
      ty0: Math.floor(rect.y / side),
      ty1: Math.floor((rect.y + rect.height - 1) / side),
      tx0: Math.floor(rect.x / side),
      tx1: Math.floor((rect.x + rect.width - 1) / side),
    },
  };
}

export const showsPixelGrid = ({ zoom }: Viewport): boolean => zoom >= PIXEL_GRID_ZOOM;

/** Length of a scale bar: 1, 2 or 5 times a power of ten, at most `mostPx` long on the screen. */
export function scaleBar(view: Viewport, pixelSizeUm: number, mostPx: number): { um: number; px: number } {
  const most = (mostPx / view.zoom) * pixelSizeUm;
  const power = 10 ** Math.floor(Math.log10(most));
  const um = power * (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1);
  return { um, px: (um / pixelSizeUm) * view.zoom };
}

const middle = ({ screenWidth, screenHeight }: Viewport): Point => ({
  x: screenWidth / 2,
  y: screenHeight / 2,
});

const wholeFromOne = (zoom: number): number => (zoom < 1 ? zoom : Math.min(MAX_ZOOM, Math.round(zoom)));

/** Largest zoom that shows all; whole from 1 on, so that it is one of those that can be reached. */
function fitZoom({
  imageWidth,
  imageHeight,
  screenWidth,
  screenHeight,
}: Pick<Viewport, 'imageWidth' | 'imageHeight' | 'screenWidth' | 'screenHeight'>): number {
  const zoom = Math.min(screenWidth / imageWidth, screenHeight / imageHeight);
  return zoom < 1 ? zoom : Math.min(MAX_ZOOM, Math.floor(zoom));
}

function clamped(view: Viewport): Viewport {
  const { imageWidth, imageHeight, screenWidth, screenHeight, zoom } = view;
  const between = (value: number, screen: number, size: number) =>
    Math.round(Math.min(screen / 2, Math.max(screen / 2 - size * zoom, value)));
  return {
    ...view,
    left: between(view.left, screenWidth, imageWidth),
    top: between(view.top, screenHeight, imageHeight),
  };
}
