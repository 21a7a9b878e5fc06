/** A folder segmented from the window in a real Chromium: tried on three, then all, with a broken file, found after a reload. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { writePng } from '../core/temporary-project.js';
import { seriousFaults } from './rig/axe.js';
import { describeWithChromium } from './rig/runtimes.js';
import { PATIENT, TrainedWindow } from './rig/trained-window.js';

const HOSTILE = '"><img src=x onerror=alert(1)>.png';

describeWithChromium('a folder is segmented', () => {
  let window: TrainedWindow;
  let page: Page;
  let input: string;

  const card = () => page.getByRole('article', { name: 'plate' });
  const rows = () => page.getByRole('list', { name: 'Files of the batch' }).getByRole('listitem');
  const state = () => card().getAttribute('data-state');

  beforeAll(async () => {
    window = await TrainedWindow.open();
    ({ page } = window);
    input = join(window.home, 'plate');
    mkdirSync(input);
    const source = writePng(join(window.home, 'cell.png'), (x, y) => (x * 3 + y * 5) % 250, {
      width: 96,
      height: 80,
    });
    for (let n = 0; n < 7; n++) copyFileSync(source, join(input, `cell ${n}.png`));
    copyFileSync(source, join(input, HOSTILE));
    writeFileSync(join(input, 'broken.png'), 'no picture');
  });
  afterAll(() => window?.close());

  test('three are tried, then all; what failed says why', async () => {
    await page.getByRole('tab', { name: 'Batch' }).click();
    const go = page.getByRole('button', { name: 'Segment all' });
    expect(await go.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Folder of images' }).fill(input);
    await page.getByRole('textbox', { name: 'Folder of images' }).press('Tab');
    await page.getByText('9 image files').waitFor();
    const output = await page.getByRole('textbox', { name: 'Folder for the results' }).inputValue();
    expect(output).toBe(`${input}-segmented`);
    await page.getByRole('button', { name: 'Try three first' }).click();
    await expect.poll(state, PATIENT).toBe('finished');
    expect(await rows().count()).toBe(3);
    await card().getByRole('button', { name: 'Segment all' }).click();
    await expect.poll(() => rows().count(), PATIENT).toBe(9);
    await expect.poll(state, PATIENT).toBe('finished');
    await card().getByText('8 of 9 done · 1 failed').waitFor();
    expect(existsSync(join(output, 'measurements.csv'))).toBe(true);
    expect(readdirSync(output).filter((name) => name.endsWith('_mask.png'))).toHaveLength(8);
    const broken = rows().filter({ hasText: 'broken.png' });
    expect(await broken.innerText()).toMatch(/failed: .+/);
    await rows().filter({ hasText: HOSTILE }).waitFor();
    // Each has a picture with its mask over it.
    await expect
      .poll(
        () =>
          rows()
            .filter({ hasText: 'done' })
            .locator('img')
            .evaluateAll(
              (all) =>
                all.filter((img) => (img as unknown as { naturalWidth: number }).naturalWidth > 0).length,
            ),
        PATIENT,
      )
      .toBe(8);
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Failed');
    await expect.poll(() => rows().count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('masks are cleaned up as the form says; its picture shows what that does to the open image', async () => {
    await page.getByRole('listbox', { name: 'Images' }).getByRole('option').first().click();
    await page.getByText('Clean up the result').click();
    const status = page.locator('.clean-up').getByRole('status');
    await expect.poll(() => status.innerText(), PATIENT).toMatch(/^(\d+ objects?) → \1$/);
    await page.getByLabel('Drop objects smaller than').fill('100000');
    await expect.poll(() => status.innerText(), PATIENT).toMatch(/ → 0 objects$/);
    await window.picture('batch-clean-up');
    await page.getByLabel('Only this part').fill('4, 4');
    await page.getByText('Four whole numbers').waitFor();
    expect(await page.getByRole('button', { name: 'Segment all' }).first().isDisabled()).toBe(true);
    await page.getByLabel('Only this part').fill('4, 4, 60, 50');
    await page.getByLabel('Fill holes').check();
    expect(await seriousFaults(page)).toEqual([]);
    const output = join(window.home, 'cleaned');
    await page.getByRole('textbox', { name: 'Folder for the results' }).fill(output);
    await page.getByRole('button', { name: 'Segment all' }).first().click();
    await page.getByText(`Results in ${output}`).waitFor(PATIENT);
    await expect
      .poll(() => page.getByRole('article').first().getAttribute('data-state'), PATIENT)
      .toBe('finished');
    const { settings } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
    const region = { x: 4, y: 4, width: 60, height: 50 };
    expect(settings.cleanUp).toEqual({ region, fillHoles: true, minArea: 100_000 });
    await page.getByRole('article').first().getByRole('button', { name: 'Remove from the list' }).click();
    await expect.poll(() => page.getByRole('article').count(), PATIENT).toBe(1);
    await page.getByLabel('Only this part').fill('');
    await page.getByLabel('Fill holes').uncheck();
    await page.getByLabel('Drop objects smaller than').fill('');
    await expect.poll(() => status.innerText(), PATIENT).toMatch(/^(\d+ objects?) → \1$/);
    await page.getByRole('textbox', { name: 'Folder for the results' }).fill(`${input}-segmented`);
  });

  test('it is in the list after a reload, the failed file is tried again, and an image comes into the project', async () => {
    await page.reload();
    await page.getByRole('tab', { name: 'Batch' }).click();
    copyFileSync(join(window.home, 'cell.png'), join(input, 'broken.png'));
    await card().getByRole('button', { name: 'Try the failed file again' }).click();
    await card().getByText('9 of 9 done').waitFor(PATIENT);
    const before = await page.getByRole('listbox', { name: 'Images' }).getByRole('option').count();
    await rows()
      .first()
      .getByRole('button', { name: /^Add to the project/ })
      .click();
    await expect
      .poll(() => page.getByRole('listbox', { name: 'Images' }).getByRole('option').count(), PATIENT)
      .toBe(before + 1);
    await card().getByRole('button', { name: 'Remove from the list' }).click();
    await page.getByText('Folders that you segment are listed here.').waitFor();
    expect(existsSync(`${input}-segmented`)).toBe(true);
    expect(window.problems).toEqual([]);
  });

  test('a folder is watched: what comes is segmented, also after a pause', async () => {
    const folder = join(window.home, 'microscope');
    mkdirSync(folder);
    const come = (name: string) => copyFileSync(join(window.home, 'cell.png'), join(folder, name));
    const watched = page.getByRole('article', { name: 'microscope' });
    await page.getByRole('textbox', { name: 'Folder of images' }).fill(folder);
    await page.getByRole('textbox', { name: 'Folder of images' }).press('Tab');
    await page.getByText('There are no images').waitFor();
    await page.getByRole('checkbox', { name: 'Then wait for new images in it' }).check();
    await page.getByText('0 image files').waitFor();
    await page.getByRole('button', { name: 'Segment all' }).first().click();
    await watched.getByText('Waiting for new images').waitFor(PATIENT);
    come('first.png');
    await watched.getByText('1 of 1 done').waitFor(PATIENT);
    await watched.getByText('Waiting for new images').waitFor(PATIENT);
    await window.picture('batch-watching');
    expect(existsSync(join(`${folder}-segmented`, 'measurements.csv'))).toBe(true);
    await watched.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => watched.getAttribute('data-state'), PATIENT).toBe('paused');
    come('second.png');
    await watched.getByRole('button', { name: 'Resume' }).click();
    await watched.getByText('2 of 2 done').waitFor(PATIENT);
    await watched.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => watched.getAttribute('data-state'), PATIENT).toBe('stopped');
    expect(await seriousFaults(page)).toEqual([]);
    expect(window.problems).toEqual([]);
  });
});
