import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutTile, decodeRuns, encodeRuns, pasteTile, tileAt, tilesOf } from '../../src-main/shared/mask.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { addClass } from '../../src-main/store/classes.js';
import { history, redo, saveTiles, undo } from '../../src-main/store/edits.js';
import { addImage } from '../../src-main/store/images.js';
import { journalSize, setJournalBudget, trimJournal } from '../../src-main/store/journal-budget.js';
import { labelCounts, loadMask, saveMask } from '../../src-main/store/masks.js';
import { openStore, type Store } from '../../src-main/store/open.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { someImage, temporaryFolder, temporaryStore } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;
const WIDTH = 600;
const HEIGHT = 520;

const emptyMap = (): LabelMap => ({ width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT) });

function project(names = ['a.png'], classes = 3) {
  const store = temporaryStore();
  for (let n = 1; n <= classes; n++) addClass(store, `class ${n}`);
  return { store, ids: names.map((name) => addImage(store, someImage(name))) };
}

/** The tiles of a map that a rectangle of `value` touches, with it painted, as a window would send them. */
function stroke(map: LabelMap, [x, y, w, h, value]: readonly number[]) {
  for (let row = y!; row < Math.min(HEIGHT, y! + h!); row++)
    map.data.fill(value!, row * WIDTH + x!, row * WIDTH + Math.min(WIDTH, x! + w!));
  return tilesOf(WIDTH, HEIGHT)
    .filter((r) => r.x < x! + w! && x! < r.x + r.width && r.y < y! + h! && y! < r.y + r.height)
    .map((rect) => ({ ty: rect.ty, tx: rect.tx, bytes: packTile(cutTile(map, rect)) }));
}

const save = (store: Store, imageId: number, map: LabelMap, rect: readonly number[], title = 'Brush') =>
  saveTiles(store, { imageId, title, author: 'person', tiles: stroke(map, rect) });

describe('a stroke', () => {
  test('is there after it was saved, counted', () => {
    const { store, ids } = project();
    const map = emptyMap();
    const saved = save(store, ids[0]!, map, [500, 500, 30, 15, 2]);
    expect(saved).toEqual({ editId: 1, version: 1, labelledPixels: 450 });
    expect(loadMask(store, ids[0]!)).toEqual(map);
    expect(labelCounts(store).get(ids[0]!)).toEqual([WIDTH * HEIGHT - 450, 0, 450]);
  });

  test('that changes nothing is not recorded', () => {
    const { store, ids } = project();
    const map = emptyMap();
    save(store, ids[0]!, map, [0, 0, 5, 5, 1]);
    expect(save(store, ids[0]!, map, [0, 0, 5, 5, 1])).toEqual({
      editId: null,
      version: 1,
      labelledPixels: 25,
    });
    expect(history(store, ids[0]!).undoCount).toBe(1);
  });

  test('that leaves a tile void leaves no tile', () => {
    const { store, ids } = project();
    const map = emptyMap();
    save(store, ids[0]!, map, [0, 0, 5, 5, 1]);
    save(store, ids[0]!, map, [0, 0, 5, 5, 0]);
    expect(store.sql('select count(*) as n from tile').get()).toEqual({ n: 0 });
  });

  test('made on labels that were changed elsewhere is refused', () => {
    const { store, ids } = project();
    const map = emptyMap();
    save(store, ids[0]!, map, [0, 0, 5, 5, 1]);
    const late = {
      imageId: ids[0]!,
      title: 'Brush',
      author: 'person' as const,
      tiles: stroke(map, [9, 9, 9, 9, 2]),
    };
    expect(() => saveTiles(store, { ...late, expectedVersion: 0 })).toThrow(withCode('changed'));
    expect(saveTiles(store, { ...late, expectedVersion: 1 }).version).toBe(2);
  });

  const packed = (values: number[]) => deflateRawSync(encodeRuns(Uint8Array.from(values)));
  const wide = packTile(new Uint8Array(512 * 512).fill(1));
  test.each([
    ['a tile below the image', { ty: 2, tx: 0, bytes: wide }],
    ['a tile left of the image', { ty: 0, tx: -1, bytes: wide }],
    ['a tile between two', { ty: 0.5, tx: 0, bytes: wide }],
    ['a tile of another size', { ty: 1, tx: 1, bytes: wide }],
    ['a tile that is cut off', { ty: 0, tx: 0, bytes: wide.subarray(0, 4) }],
    ['bytes that are no tile', { ty: 0, tx: 0, bytes: new Uint8Array([1, 2, 3]) }],
    ['too few pixels', { ty: 0, tx: 0, bytes: packed([1, 2, 3]) }],
    ['a bomb', { ty: 0, tx: 0, bytes: deflateRawSync(Buffer.alloc(50_000_000)) }],
    ['a value that no class has', { ty: 0, tx: 0, bytes: packTile(new Uint8Array(512 * 512).fill(4)) }],
    [
      'a value over 255',
      { ty: 0, tx: 0, bytes: deflateRawSync(encodeRuns(new Uint16Array(512 * 512).fill(300))) },
    ],
  ])('with %s is refused and nothing of it is written', (_, bad) => {
    const { store, ids } = project();
    const good = { ty: 1, tx: 0, bytes: null };
    const edit = { imageId: ids[0]!, title: 'Brush', author: 'person' as const, tiles: [good, bad] };
    expect(() => saveTiles(store, edit)).toThrow(withCode('bad-labels'));
    expect(loadMask(store, ids[0]!)).toBeNull();
    expect(journalSize(store).bytes).toBe(0);
  });

  test('with a tile given twice is refused', () => {
    const { store, ids } = project();
    const tile = { ty: 0, tx: 0, bytes: wide };
    expect(() =>
      saveTiles(store, { imageId: ids[0]!, title: 'Brush', author: 'person', tiles: [tile, tile] }),
    ).toThrow(withCode('bad-labels'));
  });

  test('over a damaged tile says so and leaves it', () => {
    const { store, ids } = project();
    const map = emptyMap();
    save(store, ids[0]!, map, [0, 0, 5, 5, 1]);
    store.sql(`update tile set bytes = x'0011'`).run();
    expect(() => save(store, ids[0]!, map, [0, 0, 9, 9, 2])).toThrow(withCode('bad-project'));
  });
});

describe('undo and redo', () => {
  test('give the tiles that changed, and go on after the project was closed', () => {
    const folder = temporaryFolder();
    let store = openStore(folder, { create: true });
    addClass(store, 'cell');
    const id = addImage(store, someImage('a.png'));
    const map = emptyMap();
    save(store, id, map, [0, 0, 5, 5, 1], 'Brush');
    const first = loadMask(store, id)!;
    save(store, id, map, [500, 0, 40, 5, 1], 'Line');
    store.close();
    store = openStore(folder);
    const undone = undo(store, id)!;
    expect(undone).toMatchObject({ title: 'Line', version: 3, labelledPixels: 25 });
    expect(undone.tiles.map(({ ty, tx }) => [ty, tx])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(undone.tiles[1]!.bytes).toBeNull();
    expect(loadMask(store, id)).toEqual(first);
    store.close();
    store = openStore(folder);
    expect(history(store, id)).toMatchObject({ undo: 'Brush', redo: 'Line', undoCount: 1, redoCount: 1 });
    expect(redo(store, id)?.title).toBe('Line');
    expect(loadMask(store, id)).toEqual(map);
    expect(redo(store, id)).toBeNull();
    store.close();
  });

  test('take imported labels back as one edit', () => {
    const { store, ids } = project();
    const map = emptyMap();
    map.data.fill(3);
    saveMask(store, ids[0]!, map);
    expect(undo(store, ids[0]!)?.labelledPixels).toBe(0);
    expect(loadMask(store, ids[0]!)).toEqual(emptyMap());
    redo(store, ids[0]!);
    expect(loadMask(store, ids[0]!)).toEqual(map);
  });

  test('follow a simple model through any order of strokes, undo, redo and image switches', () => {
    const rect = fc.tuple(
      fc.integer({ min: 0, max: WIDTH - 1 }),
      fc.integer({ min: 0, max: HEIGHT - 1 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 3 }),
    );
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('stroke' as const), rect }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('redo' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('switch' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const { store, ids } = project(['a.png', 'b.png']);
        const model = ids.map(() => ({
          past: [] as LabelMap['data'][],
          now: emptyMap().data,
          future: [] as LabelMap['data'][],
        }));
        let current = 0;
        for (const one of actions) {
          const image = model[current]!;
          const id = ids[current]!;
          if (one.kind === 'switch') current = 1 - current;
          else if (one.kind === 'stroke') {
            const map: LabelMap = { width: WIDTH, height: HEIGHT, data: image.now.slice() };
            const { editId } = save(store, id, map, one.rect);
            expect(editId !== null).toBe(Buffer.compare(map.data, image.now) !== 0);
            if (editId === null) continue;
            image.past.push(image.now);
            image.now = map.data;
            image.future = [];
          } else {
            const [from, to] = one.kind === 'undo' ? [image.past, image.future] : [image.future, image.past];
            const applied = (one.kind === 'undo' ? undo : redo)(store, id);
            expect(applied === null).toBe(from.length === 0);
            if (!applied) continue;
            const shown: LabelMap = { width: WIDTH, height: HEIGHT, data: image.now.slice() };
            for (const { ty, tx, bytes } of applied.tiles) pasteStored(shown, ty, tx, bytes);
            to.push(image.now);
            image.now = from.pop()!;
            expect(Buffer.compare(shown.data, image.now)).toBe(0);
          }
        }
        model.forEach(({ past, now, future }, i) => {
          const stored = loadMask(store, ids[i]!)?.data ?? new Uint8Array(WIDTH * HEIGHT);
          expect(Buffer.compare(stored, now)).toBe(0);
          expect(history(store, ids[i]!)).toMatchObject({ undoCount: past.length, redoCount: future.length });
          const counts = [0, 1, 2, 3].map((value) =>
            now.reduce((sum, pixel) => sum + Number(pixel === value), 0),
          );
          if (past.length + future.length) expect(labelCounts(store).get(ids[i]!)).toEqual(trimmed(counts));
        });
        store.close();
      }),
      { numRuns: process.env['BRUSHFIELD_HARD'] === '1' ? 300 : 25 },
    );
  });
});

describe('the disk budget', () => {
  test('forgets the oldest edits first, and never the newest', () => {
    const { store, ids } = project(['a.png', 'b.png']);
    const maps = [emptyMap(), emptyMap()];
    for (let n = 0; n < 8; n++) save(store, ids[n % 2]!, maps[n % 2]!, [n * 20, 0, 10, 10, 1], `Stroke ${n}`);
    const { bytes } = journalSize(store);
    setJournalBudget(store, bytes / 2);
    trimJournal(store);
    expect(journalSize(store).bytes).toBeLessThanOrEqual(bytes / 2);
    const left = store.sql<{ title: string }>('select title from edit order by id').all();
    expect(left.at(-1)!.title).toBe('Stroke 7');
    expect(left.length).toBeLessThan(8);
    expect(left[0]!.title).toBe(`Stroke ${8 - left.length}`);
    setJournalBudget(store, 0);
    trimJournal(store);
    expect(store.sql('select title from edit').all()).toEqual([{ title: 'Stroke 7' }]);
    expect(loadMask(store, ids[0]!)).toEqual(maps[0]);
    undo(store, ids[1]!);
    expect(history(store, ids[1]!)).toMatchObject({ undoCount: 0, redo: 'Stroke 7' });
  });

  test('is kept to as strokes go on', () => {
    const { store, ids } = project();
    const map = emptyMap();
    setJournalBudget(store, 2000);
    for (let n = 0; n < 40; n++) save(store, ids[0]!, map, [n * 10, n * 10, 9, 9, 1 + (n % 3)]);
    expect(journalSize(store).bytes).toBeLessThanOrEqual(2000);
    const { total } = store.sql<{ total: number }>('select sum(bytes) as total from edit').get()!;
    expect(journalSize(store).bytes).toBe(total);
    const steps = history(store, ids[0]!).undoCount;
    for (let n = 0; n < steps; n++) expect(undo(store, ids[0]!)).not.toBeNull();
    expect(undo(store, ids[0]!)).toBeNull();
    for (let n = 0; n < steps; n++) redo(store, ids[0]!);
    expect(loadMask(store, ids[0]!)).toEqual(map);
  });

  test('shortens redo from its far end', () => {
    const { store, ids } = project(['a.png', 'b.png']);
    const map = emptyMap();
    for (let n = 0; n < 4; n++) save(store, ids[0]!, map, [n * 20, 0, 10, 10, 1], `Stroke ${n}`);
    for (let n = 0; n < 4; n++) undo(store, ids[0]!);
    save(store, ids[1]!, emptyMap(), [0, 0, 9, 9, 1], 'Other');
    setJournalBudget(store, journalSize(store).bytes - 1);
    trimJournal(store);
    expect(history(store, ids[0]!)).toMatchObject({ redo: 'Stroke 0', redoCount: 3 });
  });
});

function pasteStored(map: LabelMap, ty: number, tx: number, bytes: Uint8Array | null): void {
  const rect = tileAt(WIDTH, HEIGHT, ty, tx);
  const pixels = rect.width * rect.height;
  pasteTile(map, rect, bytes ? decodeRuns(inflateRawSync(bytes), pixels) : new Uint8Array(pixels));
}

const trimmed = (counts: number[]): number[] =>
  counts.slice(0, Math.max(1, counts.findLastIndex((n) => n > 0) + 1));
