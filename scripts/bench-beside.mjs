// @ts-check
/** Strokes as a person paints them while the engine computes, and what they cost; frames at 60 a second. */
import { canvasBox, fittedBox, stroke } from './bench-hand.mjs';
import { savedAfter, watchSaving } from './bench-page.mjs';
import { shortStroke, spread } from './bench-strokes.mjs';

/** @typedef {import('playwright-core').Page} Page */

export const STROKES = 20;
export const RADIUS = 50;
const MOVES = 40;

/** What strokes cost, of several rounds, ms. */
export class Sum {
  /** @type {{ frame: number[], event: number[], trip: number[] }} */
  times = { frame: [], event: [], trip: [] };

  /** @param {Awaited<ReturnType<typeof paint>>} round */
  add({ frames, events, trips }) {
    this.times.frame.push(...frames);
    this.times.event.push(...events);
    this.times.trip.push(...trips);
  }

  spreads() {
    const { frame, event, trip } = this.times;
    return { frame: spread(frame), event: spread(event), trip: spread(trip) };
  }
}

/**
 * @param {{ x: number, y: number, width: number, height: number }} box
 * @param {import('./bench-strokes.mjs').Point[]} points
 */
const within = (box, points) =>
  points.map(({ x, y }) => ({
    x: Math.min(Math.max(x, box.x), box.x + box.width - 1),
    y: Math.min(Math.max(y, box.y), box.y + box.height - 1),
  }));

/** Short strokes all over the image. @param {Page} page @param {number} first number of the first stroke */
export async function paint(page, first) {
  const box = fittedBox(await canvasBox(page));
  const frames = [];
  const events = [];
  const trips = [];
  for (let n = first; n < first + STROKES; n++) {
    await page.evaluate(watchSaving);
    const times = await stroke(page, within(box, shortStroke(box, n, MOVES)));
    frames.push(...times.frames);
    events.push(...times.events);
    trips.push(await page.evaluate(savedAfter));
  }
  return { frames, events, trips };
}
