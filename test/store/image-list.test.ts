import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IMAGE_STATUSES, type ImageFilter, type ImageOrder } from '../../src-main/shared/app-api.js';
import { SPLITS } from '../../src-main/shared/model.js';
import {
  ofMark,
  packOutlines,
  unpackOutlines,
  type RowOutline,
} from '../../src-main/shared/packed-outlines.js';
import { addClass } from '../../src-main/store/classes.js';
import { undo } from '../../src-main/store/edits.js';
import { countImages, imageIds, imageOutlines, imagePage, pagesOf } from '../../src-main/store/image-list.js';
import { addImage } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { changeNote, markDone, removeImages } from '../../src-main/store/project-steps.js';
import { createRun } from '../../src-main/store/runs.js';
import { someImage, temporaryStore } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

/** Twelve small images with every status, split and a few groups. */
function listedProject() {
  const store = temporaryStore();
  addClass(store, 'cell');
  addClass(store, 'nucleus');
  const ids = Array.from({ length: 12 }, (_, i) =>
    addImage(
      store,
      someImage(`Well ${12 - i} ${i % 2 ? 'Ähre' : 'leaf'}.tif`, {
        width: 8,
        height: 4,
        split: [...SPLITS, null][i % 4]!,
        group: `plate ${i % 3}`,
      }),
    ),
  );
  const label = (i: number, data: number[]) =>
    saveMask(store, ids[i]!, {
      width: 8,
      height: 4,
      data: Uint8Array.from({ length: 32 }, (_, n) => data[n % data.length]!),
    });
  label(0, [1]);
  label(1, [0, 1]);
  label(2, [2, 1]);
  label(3, [0, 2]);
  label(4, [0]);
  const run = createRun(store, { network: 'unet-quick', settings: {}, now: new Date() });
  for (const i of [1, 5, 6])
    store.sql(`insert into prediction values (?, ?, 'x', x'00', null, 'now')`).run(ids[i], run.id);
  markDone(store, [ids[2]!, ids[7]!], '2026-11-22T20:00:00.000Z', 'Done');
  changeNote(store, ids[8]!, { note: 'Überstrahlt', acquisition: '' }, 'Note');
  removeImages(store, [ids[9]!], 'Remove');
  return { store, ids, there: ids.filter((_, i) => i !== 9) };
}

describe('the image list', () => {
  test('gives each image the first status that holds', () => {
    const { store, ids } = listedProject();
    const status = (i: number) => imagePage(store, [ids[i]!])[0]?.status;
    expect([0, 1, 2, 3, 4, 5, 7, 9].map(status)).toEqual([
      'labelled',
      'partly',
      'done',
      'partly',
      'empty',
      'predicted',
      'done',
      undefined,
    ]);
    undo(store, ids[1]!);
    expect(status(1)).toBe('predicted');
    store.sql('delete from run').run();
    expect(status(1)).toBe('empty');
  });

  test('shows rows in the order asked for, with what the list needs', () => {
    const { store, ids } = listedProject();
    expect(imagePage(store, [ids[3]!, 999, ids[0]!]).map(({ id }) => id)).toEqual([ids[3], ids[0]]);
    expect(imagePage(store, [ids[1]!])[0]).toEqual({
      id: ids[1],
      name: 'Well 11 Ähre.tif',
      width: 8,
      height: 4,
      channels: 1,
      type: 'uint8',
      page: 0,
      group: 'plate 1',
      split: 'val',
      status: 'partly',
      note: '',
      acquisition: '',
      pixelSizeUm: null,
      labelledPixels: 16,
      sha256: someImage('Well 11 Ähre.tif').sha256,
    });
    expect(() => imagePage(store, new Array<number>(1001).fill(1))).toThrow(withCode('usage'));
  });

  test('gives names and marks of all, page by page, through their packed form', () => {
    const { store, there } = listedProject();
    const found: RowOutline[] = [];
    for (let after = 0, rows; (rows = imageOutlines(store, { after, limit: 5 })).length > 0;) {
      after = rows.at(-1)!.id;
      unpackOutlines(packOutlines(rows), (id, mark, name) => found.push({ id, name, ...ofMark(mark) }));
    }
    const whole = imagePage(store, there).map(({ id, name, status, split }) => ({ id, name, status, split }));
    expect(found).toEqual(whole);
    expect(() => imageOutlines(store, { after: 0, limit: 5001 })).toThrow(withCode('usage'));
  });

  test('sorts names by their numbers', () => {
    const { store, there } = listedProject();
    const names = imagePage(store, imageIds(store, { order: 'name' })).map(({ name }) => name);
    expect(names.map((name) => Number(/\d+/.exec(name)![0]))).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(imageIds(store)).toEqual(there);
  });

  test('finds parts of names and notes in any case and alphabet, and no pattern signs', () => {
    const { store, ids } = listedProject();
    const found = (search: string) => imageIds(store, { filter: { search } });
    expect(found('LEAF')).toEqual([0, 2, 4, 6, 8, 10].map((i) => ids[i]));
    expect(found('ÄHRE')).toEqual([1, 3, 5, 7, 11].map((i) => ids[i]));
    expect(found('a\u0308hre')).toEqual(found('ähre'));
    expect(found('überSTRAHLT')).toEqual([ids[8]]);
    expect(found('%')).toEqual([]);
    expect(found('l 1')).toEqual([0, 1, 2, 11].map((i) => ids[i]));
  });

  test('agrees with a filter written in TypeScript, for any filter and order', () => {
    const { store, there } = listedProject();
    const rows = imagePage(store, there);
    const classesOf = new Map(
      store
        .sql<{ imageId: number; counts: string }>(
          'select image_id as imageId, pixels_by_value as counts from layer',
        )
        .all()
        .map(({ imageId, counts }) => [imageId, JSON.parse(counts) as number[]]),
    );
    const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      search: some('leaf', 'well 1', ''),
      split: some(...SPLITS, 'undecided' as const),
      status: some(...IMAGE_STATUSES),
      classValue: some(1, 2),
      group: some('plate 0', 'plate 1', 'none'),
    });
    fc.assert(
      fc.property(filters, fc.constantFrom<ImageOrder>('added', 'name', 'status'), (drawn, order) => {
        const filter = Object.fromEntries(
          Object.entries(drawn).filter(([, value]) => value !== undefined),
        ) as ImageFilter;
        const expected = rows.filter(
          (row) =>
            (!filter.search || row.name.toLowerCase().includes(filter.search)) &&
            (filter.split === undefined || (row.split ?? 'undecided') === filter.split) &&
            (filter.status === undefined || row.status === filter.status) &&
            (filter.classValue === undefined || (classesOf.get(row.id)?.[filter.classValue] ?? 0) > 0) &&
            (filter.group === undefined || row.group === filter.group),
        );
        const natural = new Intl.Collator('de', { numeric: true });
        if (order === 'name') expected.sort((a, b) => natural.compare(a.name, b.name));
        if (order === 'status')
          expected.sort(
            (a, b) => IMAGE_STATUSES.indexOf(a.status) - IMAGE_STATUSES.indexOf(b.status) || a.id - b.id,
          );
        expect(imageIds(store, { filter, order })).toEqual(expected.map(({ id }) => id));
      }),
    );
  });

  test('counts by status and split', () => {
    const { store } = listedProject();
    expect(countImages(store)).toEqual({
      images: 11,
      byStatus: { done: 2, labelled: 1, partly: 2, predicted: 2, empty: 4 },
      bySplit: { train: 3, val: 2, test: 3, undecided: 3 },
    });
  });

  test('knows the pages of a file', () => {
    const store = temporaryStore();
    const { sha256 } = someImage('stack.tif');
    const [second, first] = [1, 0].map((page) =>
      addImage(store, someImage(`stack.tif:${page}`, { sha256, page })),
    );
    addImage(store, someImage('other.tif'));
    expect(pagesOf(store, second!)).toEqual([first, second]);
  });
});
