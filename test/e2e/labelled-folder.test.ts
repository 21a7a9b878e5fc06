/** Folders of images and labels, dropped or typed into the folder browser; leaving before a stroke is saved. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writePng } from '../core/temporary-project.js';
import { dropPaths } from './painting/dropped-paths.js';
import { Canvas } from './painting/canvas.js';
import { HOSTS, type HostWindow } from './painting/host-windows.js';
import { createProject, images, labelsOf } from './painting/project-steps.js';

const PATIENT = { timeout: 20_000 };

const chromium = HOSTS.find(({ name }) => name === 'Chromium')!;
chromium.describe('a folder of images with labels in Chromium', () => {
  let home: string;
  let opened: HostWindow;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'brushfield-labelled-'));
    for (const name of ['images', 'labels']) {
      mkdirSync(join(home, 'given', name), { recursive: true });
      writePng(join(home, 'given', name, 'cell.png'), (x) => x % 2);
    }
    opened = await chromium.open({ mustRead: [home] });
  });
  afterAll(async () => {
    await opened?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('only its images are added, and its labels are shown and imported when confirmed', async () => {
    const { page } = opened;
    await createProject(page, { name: 'Labelled', folder: home, classes: 'cell' });
    await page.getByRole('button', { name: 'Add images…' }).last().click();
    await page.getByRole('textbox', { name: 'Folder' }).fill(join(home, 'given'));
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page
      .getByRole('button', { name: 'images', exact: true })
      .or(page.getByText('images', { exact: true }))
      .first()
      .waitFor(PATIENT);
    await page.getByRole('button', { name: 'Add all in this folder' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import labels' });
    await dialog.waitFor(PATIENT);
    expect(await images(page).count()).toBe(1);
    const project = join(home, 'Labelled.brushfield');
    expect(labelsOf(project, 'cell.png').some((value) => value !== 0)).toBe(false);
    await dialog.locator('button[type=submit]').click();
    await expect.poll(() => labelsOf(project, 'cell.png').slice(0, 4).join(), PATIENT).toBe('0,1,0,1');
  });

  test('leaving the page before a stroke is saved makes the browser ask', async () => {
    const { page } = opened;
    const canvas = await Canvas.of(page);
    process.kill(opened.hostPid()!, 'SIGSTOP');
    try {
      await canvas.moveTo(canvas.at(3, 3));
      await page.mouse.down();
      await page.mouse.up();
      const asked = page.waitForEvent('dialog', PATIENT);
      await page.close({ runBeforeUnload: true });
      const question = await asked;
      expect(question.type()).toBe('beforeunload');
      await question.dismiss();
    } finally {
      process.kill(opened.hostPid()!, 'SIGCONT');
    }
  });
});

for (const host of HOSTS)
  host.describe(`folders of images with labels dropped in ${host.name}`, () => {
    let home: string;
    let opened: HostWindow;
    /** By their paths two images of one name are not told apart, so their labels are left out; a page renames the second. */
    const second = host.name === 'Chromium' ? 'cell.png' : 'leaf.png';
    const project = () => join(home, 'Dropped.brushfield');
    const dialog = () => opened.page.getByRole('dialog', { name: 'Import labels' });

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-dropped-'));
      const folders = { tutorial: ['images', 'masks'], voc: ['JPEGImages', 'SegmentationClass'] };
      for (const [n, [given, [pictures, labels]]] of Object.entries(folders).entries()) {
        const name = n === 0 ? 'cell.png' : second;
        writePng(join(home, given, pictures!, name), (x, y) => (x * 7 + y * 3 + n * 40) % 256);
        // 255 is the outline of VOC, on which nobody is scored.
        writePng(join(home, given, labels!, name), (x) => (n === 0 ? x % 2 : [0, 1, 255][x % 3]!));
      }
      opened = await host.open({ folder: home, mustRead: [home] });
      await createProject(opened.page, { name: 'Dropped', folder: home, classes: 'cell' });
    });
    afterAll(async () => {
      await opened?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('one of the tutorials: its images are added, its masks imported when confirmed', async () => {
      const { page } = opened;
      await dropPaths(page, [join(home, 'tutorial')]);
      await dialog().waitFor(PATIENT);
      expect(await images(page).count()).toBe(1);
      expect(labelsOf(project(), 'cell.png').some((value) => value !== 0)).toBe(false);
      await dialog().locator('button[type=submit]').click();
      await expect
        .poll(() => labelsOf(project(), 'cell.png').slice(0, 6).join(), PATIENT)
        .toBe('0,1,0,1,0,1');
    });

    test('one of VOC: its labels go to its own image, also beside one of the same name', async () => {
      const { page } = opened;
      await dropPaths(page, [join(home, 'voc')]);
      await dialog().waitFor(PATIENT);
      await expect.poll(() => images(page).count(), PATIENT).toBe(2);
      await dialog().locator('button[type=submit]').click();
      const name = host.name === 'Chromium' ? 'cell (2).png' : second;
      await expect.poll(() => labelsOf(project(), name).slice(0, 6).join(), PATIENT).toBe('0,1,0,0,1,0');
      expect(labelsOf(project(), 'cell.png').slice(0, 4).join()).toBe('0,1,0,1');
    });
  });
