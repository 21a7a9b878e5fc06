import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TILE_SIDE } from '../../src-main/shared/mask.js';
import { randomFor } from '../../src-main/shared/random.js';
import { LabelTiles } from '../../src-renderer/editor/label-tiles.js';
import { MaskEditor, type Edit, type Ink } from '../../src-renderer/editor/mask-editor.js';
import { decodeTile } from '../../src-renderer/editor/tile-codec.js';
import { sweptDiscSpans } from '../../src-renderer/editor/raster.js';
import { distanceToSweep, paintNaively, pixelsWhere } from './naive-map.js';

// Four tiles, of which three are cut off by the edge.
const WIDTH = TILE_SIDE + 38;
const HEIGHT = TILE_SIDE + 21;
const whole = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

const blank = (budgetBytes?: number) =>
  new MaskEditor(
    new LabelTiles({ width: WIDTH, height: HEIGHT, ...(budgetBytes === undefined ? {} : { budgetBytes }) }),
  );

/** Around the corner where the four tiles meet. */
const disc = fc.record({
  x: fc.integer({ min: 470, max: 560 }).map((x) => x + 0.25),
  y: fc.integer({ min: 480, max: 540 }).map((y) => y + 0.125),
  radiusPx: fc.integer({ min: 1, max: 40 }).map((r) => r + 0.3),
});
const ink: fc.Arbitrary<Ink> = fc.record({
  value: fc.integer({ min: 0, max: 3 }),
  protectAllBut: fc.option(fc.integer({ min: 1, max: 3 })),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('stroke' as const), from: disc, to: disc, ink }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), from: disc, to: disc, ink }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'redo' as const }) },
);

/** Whether a pixel is so near that asking about it is worth the time. */
const inReach = (at: number, from: number, to: number) =>
  at > Math.min(from, to) - 42 && at < Math.max(from, to) + 42;

describe('strokes', () => {
  test('with aborts, undo and redo leave byte for byte what a plain array holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, tight) => {
        const editor = blank(tight ? 1 : undefined);
        let labels = new Uint8Array(WIDTH * HEIGHT);
        const undone: { edit: Edit; labels: Uint8Array<ArrayBuffer> }[] = [];
        const done: { edit: Edit; labels: Uint8Array<ArrayBuffer> }[] = [];
        for (const action of steps) {
          if (action.kind === 'undo') {
            const last = done.pop();
            if (!last) continue;
            editor.replace(last.edit.tiles.map(({ ty, tx, before }) => ({ ty, tx, bytes: before })));
            undone.push({ edit: last.edit, labels });
            labels = last.labels;
          } else if (action.kind === 'redo') {
            const next = undone.pop();
            if (!next) continue;
            editor.replace(next.edit.tiles.map(({ ty, tx, after }) => ({ ty, tx, bytes: after() })));
            done.push({ edit: next.edit, labels });
            labels = next.labels;
          } else {
            editor.begin('Brush');
            sweptDiscSpans(action.from, action.to, { bounds: whole, sink: editor.sink(action.ink) });
            if (action.kind === 'abort') editor.abort();
            else {
              const mask = pixelsWhere(
                WIDTH,
                HEIGHT,
                (x, y) =>
                  inReach(x, action.from.x, action.to.x) &&
                  inReach(y, action.from.y, action.to.y) &&
                  distanceToSweep([x, y], action.from, action.to) <= 0,
              );
              const before = labels.slice();
              paintNaively(labels, mask, action.ink);
              const edit = editor.commit();
              expect(edit === null).toBe(Buffer.compare(before, labels) === 0);
              if (edit) {
                done.push({ edit, labels: before });
                undone.length = 0;
              }
            }
          }
          expect(Buffer.compare(editor.tiles.read(whole), labels)).toBe(0);
          const reopened = new LabelTiles({
            width: WIDTH,
            height: HEIGHT,
            tiles: editor.tiles.storedTiles(),
          });
          expect(Buffer.compare(reopened.read(whole), labels)).toBe(0);
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  test('report every pixel that looks different, and little more', () => {
    const editor = blank();
    editor.begin('Brush');
    editor.paintSpan({ value: 2, protectAllBut: null }, 100, 500, 530);
    editor.paintSpan({ value: 2, protectAllBut: null }, 103, 490, 520);
    expect(editor.takeDirty()).toEqual([
      { ty: 0, tx: 0, x: 490, y: 100, width: 22, height: 4 },
      { ty: 0, tx: 1, x: 512, y: 100, width: 18, height: 4 },
    ]);
    expect(editor.takeDirty()).toEqual([]);
    editor.abort();
    expect(editor.takeDirty().map(({ tx }) => tx)).toEqual([0, 1]);
  });
});

test('an edit keeps what it made although the next one began before it was encoded', () => {
  const editor = blank();
  const edits = [1, 2].map((value) => {
    editor.begin('Brush');
    editor.paintSpan({ value, protectAllBut: null }, 5, 0, 50);
    return editor.commit()!.tiles[0]!;
  });
  editor.begin('Brush');
  editor.paintSpan({ value: 3, protectAllBut: null }, 5, 0, 50);
  editor.abort();
  const valueOf = (bytes: Uint8Array | null) => bytes && decodeTile(bytes, TILE_SIDE ** 2)[5 * TILE_SIDE];
  expect(edits.map(({ before, after }) => [valueOf(before), valueOf(after())])).toEqual([
    [null, 1],
    [1, 2],
  ]);
  expect(editor.tiles.at(10, 5)).toBe(2);
});

test('erasing what is void allocates nothing and is no edit', () => {
  const editor = blank();
  editor.begin('Eraser');
  editor.paintSpan({ value: 0, protectAllBut: null }, 5, 0, WIDTH);
  expect(editor.tiles.heldBytes).toBe(0);
  expect(editor.commit()).toBeNull();
});

test('an image of 16384² costs only the tiles that are touched', () => {
  const editor = new MaskEditor(new LabelTiles({ width: 16384, height: 16384 }));
  editor.begin('Brush');
  editor.paintSpan({ value: 1, protectAllBut: null }, 9000, 600, 700);
  expect(editor.tiles.heldBytes).toBe(512 * 512);
  expect(editor.commit()!.tiles).toHaveLength(1);
  expect(editor.tiles.at(650, 9000)).toBe(1);
  expect(editor.tiles.at(16383, 16383)).toBe(0);
});

test('decoded tiles stay within the budget and come back as they were', () => {
  const side = 4 * TILE_SIDE;
  const editor = new MaskEditor(
    new LabelTiles({ width: side, height: side, budgetBytes: 3 * TILE_SIDE ** 2 }),
  );
  const random = randomFor(12);
  const labels = Uint8Array.from({ length: side * side }, () =>
    random.chance(0.01) ? random.integer(4) : 1,
  );
  editor.begin('Import');
  editor.write({ x: 0, y: 0, width: side, height: side }, labels);
  const tiles = editor.commit()!.tiles;
  expect(editor.tiles.heldBytes).toBe(side * side);
  for (const { after } of tiles) after();
  expect(Buffer.compare(editor.tiles.read({ x: 0, y: 0, width: side, height: side }), labels)).toBe(0);
  expect(editor.tiles.heldBytes).toBeLessThanOrEqual(3 * TILE_SIDE ** 2);
});

test('a mask of pixels is painted with the same protection as a stroke', () => {
  const editor = blank();
  const labels = new Uint8Array(WIDTH * HEIGHT).map((_, i) => i % 3);
  editor.begin('Import');
  editor.write(whole, labels);
  editor.commit();
  const rect = { x: 400, y: 490, width: 140, height: 30 };
  const random = randomFor(3);
  const mask = Uint8Array.from({ length: rect.width * rect.height }, () => random.integer(2));
  const full = pixelsWhere(WIDTH, HEIGHT, (x, y) => {
    const [column, row] = [Math.floor(x) - rect.x, Math.floor(y) - rect.y];
    return (
      column >= 0 &&
      row >= 0 &&
      column < rect.width &&
      row < rect.height &&
      mask[row * rect.width + column] === 1
    );
  });
  const protecting = { value: 2, protectAllBut: 2 };
  paintNaively(labels, full, protecting);
  editor.begin('Wand');
  editor.paintMask(protecting, rect, mask);
  editor.commit();
  expect(Buffer.compare(editor.tiles.read(whole), labels)).toBe(0);
});

test('labels that are written mark only what they change', () => {
  const editor = blank();
  editor.begin('Brush');
  editor.paintSpan({ value: 1, protectAllBut: null }, 5, 0, WIDTH);
  editor.commit();
  editor.takeDirty();
  const labels = editor.tiles.read(whole);
  labels.fill(2, 5 * WIDTH + 3, 5 * WIDTH + 9);
  editor.begin('Smooth');
  editor.write(whole, labels);
  expect(editor.takeDirty()).toEqual([{ ty: 0, tx: 0, x: 3, y: 5, width: 6, height: 1 }]);
  expect(editor.commit()!.tiles).toHaveLength(1);
  expect(Buffer.compare(editor.tiles.read(whole), labels)).toBe(0);
});

test('reverting in mid-change goes back to its begin, and the change goes on', () => {
  const editor = blank();
  editor.begin('Brush');
  editor.paintSpan({ value: 1, protectAllBut: null }, 5, 0, 50);
  editor.commit();
  editor.begin('Wand');
  editor.paintSpan({ value: 2, protectAllBut: null }, 5, 10, 60);
  editor.revert();
  editor.paintSpan({ value: 3, protectAllBut: null }, 5, 40, 45);
  const edit = editor.commit()!;
  expect([9, 20, 42, 49, 55].map((x) => editor.tiles.at(x, 5))).toEqual([1, 1, 3, 1, 0]);
  expect(edit.tiles).toHaveLength(1);
});

test('classes are mapped tile by tile', () => {
  const editor = blank();
  editor.begin('Brush');
  editor.paintSpan({ value: 1, protectAllBut: null }, 5, 0, 10);
  editor.paintSpan({ value: 2, protectAllBut: null }, 6, 0, 10);
  editor.commit();
  editor.begin('Replace class');
  const to = Uint8Array.from({ length: 256 }, (_, value) => (value === 1 ? 4 : value));
  for (const index of editor.tiles.indexesIn(whole)) editor.mapTile(index, to);
  expect(editor.commit()!.tiles).toHaveLength(1);
  expect([editor.tiles.at(3, 5), editor.tiles.at(3, 6), editor.tiles.at(3, 7)]).toEqual([4, 2, 0]);
});
