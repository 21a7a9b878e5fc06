import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fitted,
  panned,
  panStep,
  resized,
  scaleBar,
  showsPixelGrid,
  toImage,
  toScreen,
  visibleRect,
  visibleTiles,
  zoomedBy,
  zoomedStep,
  zoomedTo,
  type Viewport,
} from '../../src-renderer/editor/viewport.js';

const view = (imageWidth = 4096, imageHeight = 3000, screenWidth = 1200, screenHeight = 800): Viewport =>
  fitted({ imageWidth, imageHeight, screenWidth, screenHeight });

const size = fc.integer({ min: 1, max: 17_000 });
const screen = fc.integer({ min: 50, max: 3000 });
const anyView = fc.tuple(size, size, screen, screen).map((sizes) => view(...sizes));
const step = fc.oneof(
  fc.record({ factor: fc.double({ min: 0.2, max: 5, noNaN: true }), x: fc.nat(2000), y: fc.nat(2000) }),
  fc.record({ dx: fc.integer({ min: -5000, max: 5000 }), dy: fc.integer({ min: -5000, max: 5000 }) }),
);

test('fitted, the whole image is in sight and in the middle', () => {
  const fit = view();
  expect(fit.zoom).toBeCloseTo(800 / 3000, 12);
  expect(visibleRect(fit)).toEqual({ x: 0, y: 0, width: 4096, height: 3000 });
  expect(fit.left).toBe(Math.round((1200 - (4096 * 800) / 3000) / 2));
  expect(view(100, 60).zoom).toBe(12);
});

test('whatever one does, zoom and place stay in range and pixels are whole from 1× on', () => {
  fc.assert(
    fc.property(anyView, fc.array(step, { maxLength: 20 }), (start, steps) => {
      let now = start;
      for (const move of steps)
        now = 'factor' in move ? zoomedBy(now, move.factor, move) : panned(now, move.dx, move.dy);
      expect(now.zoom).toBeGreaterThanOrEqual(Math.min(1, start.zoom));
      expect(now.zoom).toBeLessThanOrEqual(64);
      expect(Number.isInteger(now.left) && Number.isInteger(now.top)).toBe(true);
      if (now.zoom >= 1) expect(Number.isInteger(now.zoom)).toBe(true);
      const { width, height } = visibleRect(now);
      expect(width > 0 && height > 0).toBe(true);
    }),
  );
});

test('zooming keeps what is under the pointer', () => {
  const at = { x: 700, y: 311 };
  let now = view();
  for (const factor of [1.5, 2, 2, 3, 1.2, 0.5, 0.7]) {
    const before = toImage(now, at);
    now = zoomedBy(now, factor, at);
    const there = toScreen(now, before);
    expect(Math.hypot(there.x - at.x, there.y - at.y)).toBeLessThanOrEqual(Math.SQRT1_2);
  }
});

test('many small turns of a wheel add up to a large one', () => {
  let small = zoomedTo(view(), 1);
  for (let i = 0; i < 40; i++) small = zoomedBy(small, 1.04);
  expect(small.zoom).toBe(Math.round(1.04 ** 40));
});

test('keys reach every stop from all of it to 64× and back', () => {
  let now = view();
  const stops = [now.zoom];
  while (now.zoom < 64) stops.push((now = zoomedStep(now, 1)).zoom);
  expect(stops.length).toBeLessThan(25);
  expect(stops).toContain(1);
  while (now.zoom > stops[0]!) now = zoomedStep(now, -1);
  expect(now.zoom).toBe(stops[0]);
});

test('arrow keys look further in their direction', () => {
  const now = zoomedTo(view(), 2);
  expect(toImage(panStep(now, 1, 0), { x: 0, y: 0 }).x).toBeGreaterThan(toImage(now, { x: 0, y: 0 }).x);
  expect(toImage(panStep(now, 0, -1), { x: 0, y: 0 }).y).toBeLessThan(toImage(now, { x: 0, y: 0 }).y);
});

test('a canvas of another size keeps the middle, and a fitted image fitted', () => {
  expect(resized(view(), 600, 900)).toEqual(view(4096, 3000, 600, 900));
  const now = panned(zoomedTo(view(), 3), -700, 300);
  const after = resized(now, 800, 640);
  const middle = toImage(now, { x: 600, y: 400 });
  expect(toImage(after, { x: 400, y: 320 }).x).toBeCloseTo(middle.x, 0);
  expect(toImage(after, { x: 400, y: 320 }).y).toBeCloseTo(middle.y, 0);
});

describe('visible tiles', () => {
  test('are those of the level that still has a pixel for each on the screen', () => {
    expect(visibleTiles(view(16384, 16384, 1024, 1024), 6)).toEqual({
      level: 4,
      range: { ty0: 0, ty1: 1, tx0: 0, tx1: 1 },
    });
    expect(visibleTiles(zoomedTo(view(), 1), 4)?.level).toBe(0);
    expect(visibleTiles(view(16384, 16384, 100, 100), 6)?.level).toBe(5);
  });

  test('cover every pixel in sight and none but those with one', () => {
    fc.assert(
      fc.property(
        anyView,
        fc.double({ min: 0.3, max: 30, noNaN: true }),
        fc.integer({ min: -3000, max: 3000 }),
        (fit, by, dx) => {
          const now = panned(zoomedBy(fit, by), dx, -dx);
          const { level, range } = visibleTiles(now, 8)!;
          const side = 512 * 2 ** level;
          const { x, y, width, height } = visibleRect(now);
          expect(range.tx0 * side <= x && x < (range.tx0 + 1) * side).toBe(true);
          expect(range.ty0 * side <= y && y < (range.ty0 + 1) * side).toBe(true);
          expect(range.tx1 * side < x + width && x + width <= (range.tx1 + 1) * side).toBe(true);
          expect(range.ty1 * side < y + height && y + height <= (range.ty1 + 1) * side).toBe(true);
        },
      ),
    );
  });
});

test('the pixel grid shows from 8× on', () => {
  expect(showsPixelGrid(zoomedTo(view(), 7))).toBe(false);
  expect(showsPixelGrid(zoomedTo(view(), 8))).toBe(true);
});

test('a scale bar has a round length that fits', () => {
  fc.assert(
    fc.property(anyView, fc.double({ min: 0.001, max: 500, noNaN: true }), (now, pixelSizeUm) => {
      const { um, px } = scaleBar(now, pixelSizeUm, 200);
      expect(px).toBeLessThanOrEqual(200.001);
      expect(px).toBeGreaterThan(79);
      expect(['1', '2', '5']).toContain((um / 10 ** Math.floor(Math.log10(um * 1.000001))).toFixed(0));
    }),
  );
});
