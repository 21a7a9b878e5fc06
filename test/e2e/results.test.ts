/** Labels measured in the window in a real Chromium: table, sort, charts, the way back to an object. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { seriousFaults } from './rig/axe.js';
import { describeWithChromium } from './rig/runtimes.js';
import { PATIENT, TrainedWindow } from './rig/trained-window.js';

describeWithChromium('measurements of labels', () => {
  let window: TrainedWindow;
  let page: Page;
  const dock = () => page.getByRole('region', { name: 'Measurements', exact: true });
  const rows = () => dock().getByRole('grid').getByRole('row');
  const cell = (row: number, column: number) => rows().nth(row).getByRole('gridcell').nth(column).innerText();

  beforeAll(async () => {
    window = await TrainedWindow.open();
    ({ page } = window);
  });
  afterAll(async () => {
    await window?.close();
  });

  test('objects are listed, sorted, filtered, drawn, and found in their image', async () => {
    await page.locator('#canvas').focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Measure objects');
    await page.keyboard.press('Enter');
    await dock().getByRole('button', { name: 'Measure', exact: true }).click();
    await rows().nth(1).waitFor(PATIENT);
    const column = (await rows().first().getByRole('columnheader').allInnerTexts()).findIndex((name) =>
      name.startsWith('area (px)'),
    );
    await dock()
      .getByRole('button', { name: /^area \(px\)/ })
      .click();
    await expect.poll(async () => Number(await cell(1, column))).toBeGreaterThan(0);
    const least = Number(await cell(1, column));
    await dock()
      .getByRole('button', { name: /^area \(px\)/ })
      .click();
    await expect.poll(async () => Number(await cell(1, column))).toBeGreaterThanOrEqual(least);
    expect(await seriousFaults(page)).toEqual([]);
    const name = await cell(1, 0);
    await dock().getByRole('grid').focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() =>
        page
          .getByRole('listbox', { name: 'Images of the project' })
          .locator('[aria-selected=true]')
          .innerText(),
      )
      .toContain(name);
    for (const view of ['Histogram', 'Scatter']) {
      await dock().getByText(view, { exact: true }).click();
      await dock().getByRole('img').locator('canvas').waitFor();
    }
    await dock().getByText('Box plots', { exact: true }).click();
    await dock().getByRole('listitem').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await dock().getByText('Images', { exact: true }).click();
    await dock().getByText('Table', { exact: true }).click();
    await dock().getByRole('button', { name: 'fraction' }).waitFor();
    const save = async () => {
      await dock().getByRole('button', { name: 'Save CSV…' }).click();
      await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(window.home);
      await page.getByRole('button', { name: 'Go', exact: true }).click();
      await page.getByRole('button', { name: 'Choose this folder' }).click();
    };
    const saved = join(window.home, 'measurements_images.csv');
    await save();
    await page.getByText(`rows were saved as ${saved}`).waitFor();
    // What is there is replaced only when a person says so.
    writeFileSync(saved, 'mine');
    await save();
    const replace = page.getByRole('button', { name: 'Replace them' });
    await replace.waitFor();
    expect(readFileSync(saved, 'utf8')).toBe('mine');
    await replace.click();
    await expect.poll(() => readFileSync(saved, 'utf8')).toMatch(/^image,page,/);
    expect(window.problems).toEqual([]);
  });
});
