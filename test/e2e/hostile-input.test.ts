/** Names that are markup, files that lie about themselves: shown as text or refused in a sentence, and nothing lost. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { Canvas } from './painting/canvas.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { openFromWelcome } from './painting/native-dialog.js';
import { command, createProject, images, labelsOf } from './painting/project-steps.js';

const SAMPLES = join(packageRoot(), 'resources', 'sample', 'images');
const MARKUP = '"><img src=x onerror=window.hacked=1>';
/** Equals signs are refused in names of classes. */
const CLASS = '<script>hacked()</script><b>cell';
const PROJECT = 'Hostile.brushfield';
/** In a slow moment a window takes seconds to open. */
const PATIENT = { timeout: 20_000 };

/** The header of a picture of a million by a million px, in 200 bytes. */
function giantTiff(): Uint8Array {
  const tags = [
    [256, 4, 1_000_000],
    [257, 4, 1_000_000],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 150],
    [277, 3, 1],
    [278, 4, 1_000_000],
    [279, 4, 50],
  ] as const;
  const view = new DataView(new ArrayBuffer(200));
  view.setUint32(0, 0x4949_2a00);
  view.setUint32(4, 8, true);
  view.setUint16(8, tags.length, true);
  for (const [i, [tag, type, value]] of tags.entries()) {
    view.setUint16(10 + 12 * i, tag, true);
    view.setUint16(12 + 12 * i, type, true);
    view.setUint32(14 + 12 * i, 1, true);
    view.setUint32(18 + 12 * i, value, true);
  }
  return new Uint8Array(view.buffer);
}

for (const host of HOSTS)
  host.describe(`hostile input in ${host.name}`, () => {
    let home: string;
    let opened: HostWindow;
    let problems: string[] = [];
    const path = (...parts: string[]) => join(home, ...parts);

    const open = async () => {
      opened = await host.open({ folder: home });
      problems = collectProblems(opened.page);
    };

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-hostile-'));
      mkdirSync(path('pictures'));
      copyFileSync(join(SAMPLES, 'test-01.png'), path('pictures', `${MARKUP}.png`));
      copyFileSync(join(SAMPLES, 'test-02.png'), path('pictures', 'plain.png'));
      writeFileSync(path('pictures', 'giant.tif'), giantTiff());
      mkdirSync(path('Foreign.brushfield'));
      const foreign = new SqliteDatabase(path('Foreign.brushfield', 'project.sqlite'));
      foreign.exec(`create table image (id text, html text); insert into image values ('1', '${MARKUP}')`);
      foreign.close();
      await open();
    });
    afterEach(async () => {
      expect(await opened.page.evaluate('window.hacked')).toBeUndefined();
    });
    afterAll(async () => {
      await opened?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('file and class names that are markup are shown as text; a giant is refused by name', async () => {
      const { page } = opened;
      await createProject(page, { name: 'Hostile', folder: home, classes: `${CLASS}, cell` });
      await opened.addImages(
        ['giant.tif', 'plain.png', `${MARKUP}.png`].map((name) => path('pictures', name)),
      );
      const results = page.getByRole('dialog', { name: 'Adding images' });
      expect(await results.getByRole('row', { name: /giant/ }).innerText()).toMatch(/1[ ,.]?000[ ,.]?000/);
      await results.getByRole('button', { name: 'OK' }).click();
      await expect.poll(() => images(page).count(), PATIENT).toBe(2);
      await images(page).filter({ hasText: MARKUP }).click();
      expect(await page.getByRole('radio').first().innerText()).toContain(CLASS);
      await command(page, 'Keyboard shortcuts');
      await page.keyboard.press('Escape');
      const canvas = await Canvas.of(page);
      await canvas.click(canvas.at(50, 50));
      await canvas.saved();
      await images(page).filter({ hasText: 'plain' }).click();
      await expect.poll(() => page.locator('[data-image]').getAttribute('data-image'), PATIENT).toBe('1');
      await canvas.click(canvas.at(50, 50));
      await canvas.saved();
      expect(labelsOf(path(PROJECT), `${MARKUP}.png`).filter((value) => value === 1).length).toBeGreaterThan(
        300,
      );
      expect(problems).toEqual([]);
    });

    test.each([
      ['of another size', (good: Buffer) => deflateRawSync(inflateRawSync(good).subarray(0, 4))],
      ['cut off', (good: Buffer) => good.subarray(0, good.length >> 1)],
      ['foreign bytes', () => Buffer.from(MARKUP.repeat(20))],
    ])('a label tile that is %s is told with what to do; other images are painted on', async (_, damage) => {
      const { page } = opened;
      const tiles = 'from layer join image on image.id = image_id where image.name = ?';
      await page.getByRole('button', { name: /^Close the project/ }).click();
      const database = new SqliteDatabase(path(PROJECT, 'project.sqlite'));
      const where = `where layer_id = (select layer.id ${tiles})`;
      const good = database.prepare(`select bytes from tile ${where}`).pluck().get('plain.png') as Buffer;
      const put = database.prepare(`update tile set bytes = ? ${where}`);
      put.run(damage(good), 'plain.png');
      database.close();

      await openFromWelcome(opened, home, PROJECT);
      await images(page).filter({ hasText: 'plain' }).click();
      await page.getByText(/plain\.png .*damaged.*Check and repair/).waitFor(PATIENT);
      await images(page).filter({ hasText: MARKUP }).click();
      await page.getByText(/Check and repair/).waitFor({ ...PATIENT, state: 'hidden' });
      const labelled = () => labelsOf(path(PROJECT), `${MARKUP}.png`).filter((value) => value === 1).length;
      const before = labelled();
      const canvas = await Canvas.of(page);
      const at = (x: number) => canvas.at(x, 150);
      for (let x = 40; labelled() === before && x < 200; x += 40) {
        await canvas.click(at(x));
        await canvas.saved();
      }
      expect(labelled()).toBeGreaterThan(before);

      await page.getByRole('button', { name: /^Close the project/ }).click();
      const mended = new SqliteDatabase(path(PROJECT, 'project.sqlite'));
      mended.prepare(`update tile set bytes = ? ${where}`).run(good, 'plain.png');
      mended.close();
      await openFromWelcome(opened, home, PROJECT);
      expect(problems.filter((problem) => !problem.includes('plain.png'))).toEqual([]);
    });

    test('a database of another program is refused in a sentence, and not a byte of it changes', async () => {
      const { page } = opened;
      const file = path('Foreign.brushfield', 'project.sqlite');
      const before = readFileSync(file);
      await page.getByRole('button', { name: /^Close the project/ }).click();
      await openFromWelcome(opened, home, 'Foreign.brushfield');
      await page.getByText(/not a Brushfield project/).waitFor();
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(problems).toEqual([]);
    });
  });
