import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { examineProject } from '../../src-main/core/project-doctor.js';
import { openProject } from '../../src-main/core/projects.js';
import { backupStore } from '../../src-main/store/backup.js';
import { listClasses } from '../../src-main/store/classes.js';
import { listImages } from '../../src-main/store/images.js';
import { loadMask, saveMask } from '../../src-main/store/masks.js';
import { DATABASE_FILE, openStore } from '../../src-main/store/open.js';
import {
  addLabelledImage,
  cutOff,
  labelledProject,
  noisyLabels,
  pagesOf,
  SIDE_PX,
  tamper,
  wipePages,
} from './damaged-project.js';
import { contentsOf } from '../cli/built-cli.js';

/** A failed comparison of millions of numbers would be spelt out for minutes. */
const sameLabels = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

async function backup(folder: string): Promise<void> {
  const store = openStore(folder);
  expect(await backupStore(store)).not.toBeNull();
  store.close();
}

/** Examines without and then with repair; after that nothing may be wrong. */
async function repaired(folder: string) {
  const before = contentsOf(folder);
  const seen = await examineProject(folder);
  expect(seen.ok).toBe(false);
  expect(contentsOf(folder)).toEqual(before);
  const damaged = readFileSync(join(folder, DATABASE_FILE));
  const report = await examineProject(folder, { repair: true });
  expect(report.left).toEqual([]);
  expect(report.kept).not.toBeNull();
  expect(await examineProject(folder)).toMatchObject({ ok: true, problems: [] });
  return { seen, report, damaged };
}

describe('examining a project', () => {
  test('finds nothing wrong with a whole one, counts what it read and leaves every byte', async () => {
    const folder = labelledProject(2);
    const before = contentsOf(folder);
    const texts: string[] = [];
    const report = await examineProject(folder, {}, { onEvent: ({ text }) => texts.push(text) });
    expect(report).toMatchObject({ ok: true, problems: [], checked: { images: 2, tiles: 18 } });
    expect(contentsOf(folder)).toEqual(before);
    expect(await examineProject(folder, { repair: true })).toMatchObject({ ok: true, kept: null });
  });

  test('names a run whose folder is gone, which nothing can mend', async () => {
    const folder = labelledProject(1);
    tamper(
      folder,
      `insert into run (name, state, folder, settings, created_at) values ('r1', 'finished', 'models/r1', '{}', '')`,
    );
    const report = await examineProject(folder, { repair: true });
    expect(report.ok).toBe(false);
    expect(report.left).toEqual([expect.stringContaining('models/r1 of the run r1 is missing')]);
    mkdirSync(join(folder, 'models', 'r1'), { recursive: true });
    expect((await examineProject(folder)).ok).toBe(true);
  });

  test('refuses a newer project and leaves every byte of it', async () => {
    const folder = labelledProject(1);
    tamper(folder, 'pragma user_version = 900');
    const before = contentsOf(folder);
    await expect(examineProject(folder, { repair: true })).rejects.toThrow('newer version');
    expect(contentsOf(folder)).toEqual(before);
  });

  test('refuses to mend a project that is open elsewhere', async () => {
    const folder = labelledProject(1);
    tamper(folder, `update layer set pixels_by_value = '[1]'`);
    const project = openProject(folder);
    await expect(examineProject(folder, { repair: true })).rejects.toThrow(withCode('exists'));
    project.close();
  });
});

describe('mending rows', () => {
  test('counts wrong numbers again', async () => {
    const folder = labelledProject(2);
    tamper(folder, `update layer set pixels_by_value = '[1,2,3]' where id = 2`);
    const { report } = await repaired(folder);
    expect(report.problems).toEqual([expect.stringContaining('image1.png')]);
    const store = openStore(folder);
    const expected = [0, 0, 0];
    for (const value of noisyLabels(1).data) expected[value]!++;
    expect(store.sql('select pixels_by_value as counts from layer where id = 2').get()).toEqual({
      counts: JSON.stringify(expected),
    });
    store.close();
  });

  test('drops rows that belong to nothing', async () => {
    const folder = labelledProject(1);
    tamper(folder, `insert into tile (layer_id, ty, tx, version, bytes) values (77, 0, 0, 1, x'00')`);
    const { report } = await repaired(folder);
    expect(report.problems).toEqual(['1 row of tile belongs to nothing that is there.']);
  });

  test('takes a damaged tile from the newest backup and names the image', async () => {
    const folder = labelledProject(2);
    await backup(folder);
    tamper(folder, `update tile set bytes = x'ff00' where layer_id = 2 and ty = 1 and tx = 1`);
    const { report } = await repaired(folder);
    expect(report.problems).toEqual([
      expect.stringContaining('image1.png are damaged at tile 1, 1 (512 × 512 px at 512, 512)'),
    ]);
    expect(report.mended).toEqual([
      expect.stringMatching(/Tile 1, 1 of image1\.png was taken from the backup of /),
    ]);
    const store = openStore(folder);
    expect(sameLabels(loadMask(store, 2)!.data, noisyLabels(1).data)).toBe(true);
    store.close();
  });

  test('leaves a tile that nobody has whole unlabelled, and says so', async () => {
    const folder = labelledProject(1);
    tamper(folder, `update tile set bytes = x'ff00' where ty = 0 and tx = 0`);
    const { report } = await repaired(folder);
    expect(report.mended).toEqual([
      expect.stringContaining('Tile 0, 0 of image0.png could not be read and is unlabelled'),
    ]);
    const store = openStore(folder);
    const { data } = loadMask(store, 1)!;
    const expected = noisyLabels(0).data;
    for (let y = 0; y < 512; y++) expected.fill(0, y * SIDE_PX, y * SIDE_PX + 512);
    expect(data).toEqual(expected);
    store.close();
  });

  test('keeps the file as it was', async () => {
    const folder = labelledProject(1);
    tamper(folder, `update tile set bytes = x'ff00' where ty = 0 and tx = 0`);
    const { report } = await repaired(folder);
    const copy = openStore(folder, { access: 'read' });
    copy.close();
    const kept = readFileSync(report.kept!);
    expect(kept.includes(Buffer.from('image0.png'))).toBe(true);
  });
});

describe('mending a damaged file', () => {
  test('reads around damaged pages of tiles and takes those from the backup', async () => {
    const folder = labelledProject(6);
    await backup(folder);
    const store = openStore(folder);
    addLabelledImage(store, 6);
    store.close();
    const pages = pagesOf(folder, 'tile');
    wipePages(folder, [pages[Math.floor(pages.length / 2)]!]);
    const { report, damaged } = await repaired(folder);
    expect(readFileSync(report.kept!)).toEqual(damaged);
    const mended = openStore(folder);
    for (let n = 0; n < 7; n++)
      expect(sameLabels(loadMask(mended, n + 1)!.data, noisyLabels(n).data)).toBe(true);
    mended.close();
  });

  test('says by name which labels could not be read when there is no backup', async () => {
    const folder = labelledProject(6);
    const pages = pagesOf(folder, 'tile');
    wipePages(folder, [pages[Math.floor(pages.length / 2)]!]);
    const { report } = await repaired(folder);
    expect(report.mended.join('\n')).toMatch(/labelled pixels of image\d\.png are gone/);
    const store = openStore(folder);
    expect(listImages(store)).toHaveLength(6);
    // Every label that is still there is the one that was painted.
    for (let n = 0; n < 6; n++) {
      const painted = noisyLabels(n).data;
      expect(loadMask(store, n + 1)!.data.every((value, i) => value === 0 || value === painted[i])).toBe(
        true,
      );
    }
    store.close();
  });

  test.each(['image', 'class', 'layer'])('brings back rows of the table %s', async (table) => {
    const folder = labelledProject(4);
    await backup(folder);
    wipePages(folder, pagesOf(folder, table).slice(-1));
    await repaired(folder);
    const store = openStore(folder);
    expect(listImages(store).map(({ name }) => name)).toEqual([
      'image0.png',
      'image1.png',
      'image2.png',
      'image3.png',
    ]);
    expect(listClasses(store).map(({ name }) => name)).toEqual(['left', 'right']);
    expect(sameLabels(loadMask(store, 3)!.data, noisyLabels(2).data)).toBe(true);
    store.close();
  });

  test('rebuilds a damaged index without losing a row', async () => {
    const folder = labelledProject(6);
    wipePages(folder, pagesOf(folder, 'sqlite_autoindex_tile_1').slice(0, 1));
    await repaired(folder);
    const store = openStore(folder);
    for (let n = 0; n < 6; n++)
      expect(sameLabels(loadMask(store, n + 1)!.data, noisyLabels(n).data)).toBe(true);
    store.close();
  });

  test.each([0.45, 0.55, 0.6, 0.65, 0.8])(
    'reads what is left of a file that was cut off at %d',
    async (share) => {
      const folder = labelledProject(6);
      await backup(folder);
      cutOff(folder, share);
      expect(() => openStore(folder)).toThrow(withCode('bad-project'));
      expect(() => openStore(folder)).toThrow(
        /doctor .* --repair" mends what can be mended, also with the backup of /,
      );
      await repaired(folder);
      const store = openStore(folder);
      for (let n = 0; n < 6; n++)
        expect(sameLabels(loadMask(store, n + 1)!.data, noisyLabels(n).data)).toBe(true);
      store.close();
    },
  );

  test.each([
    ['empty', Buffer.alloc(0)],
    ['noise', Buffer.from('no database '.repeat(1000))],
  ])('puts the newest backup in the place of a file that is %s', async (_, bytes) => {
    const folder = labelledProject(2);
    await backup(folder);
    writeFileSync(join(folder, DATABASE_FILE), bytes);
    const { report } = await repaired(folder);
    expect(report.mended).toEqual([expect.stringContaining('took its place')]);
    const store = openStore(folder);
    expect(sameLabels(loadMask(store, 2)!.data, noisyLabels(1).data)).toBe(true);
    store.close();
  });

  test('leaves a file of which nothing can be read as it is when there is no backup', async () => {
    const folder = labelledProject(1);
    rmSync(join(folder, 'backups'), { recursive: true, force: true });
    writeFileSync(join(folder, DATABASE_FILE), Buffer.alloc(8192));
    const before = contentsOf(folder);
    await expect(examineProject(folder, { repair: true })).rejects.toThrow(
      'has no backup; it was left as it is',
    );
    expect(contentsOf(folder)).toEqual(before);
  });

  test('goes on working on the mended project', async () => {
    const folder = labelledProject(3);
    wipePages(folder, pagesOf(folder, 'tile').slice(-1));
    await repaired(folder);
    const store = openStore(folder);
    const id = addLabelledImage(store, 9);
    expect(id).toBe(4);
    saveMask(store, 1, noisyLabels(5));
    store.close();
    expect((await examineProject(folder)).ok).toBe(true);
    expect(existsSync(join(folder, 'project.sqlite-wal'))).toBe(false);
  });
});
