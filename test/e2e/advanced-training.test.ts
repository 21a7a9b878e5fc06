/** Advanced settings by mouse and keys: crops that follow them, and weights from a file, in Chromium and Electron. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFaults } from './rig/axe.js';
import { answerNativeDialog } from './painting/native-dialog.js';
import { browseApp } from './rig/chromium.js';
import { launchApp } from './rig/electron.js';
import { describeWithChromium, describeWithElectron } from './rig/runtimes.js';

/** Two cores that others use too. */
const PATIENCE_MS = 60_000;

/** A canvas of the page. */
interface DrawnOn {
  toDataURL(): string;
}

async function openAdvanced(page: Page): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.getByRole('button', { name: 'Open the sample project' }).first().click();
  await page.getByRole('tab', { name: 'Train' }).click();
  await page.getByText('background and nucleus').waitFor();
  await page.getByText('Advanced', { exact: true }).click();
}

const weightsTaken = (page: Page) => page.getByText('weights in cells.h5').waitFor();

describeWithChromium('advanced settings in a real Chromium', () => {
  let app: Awaited<ReturnType<typeof browseApp>>;
  let page: Page;
  beforeAll(async () => {
    app = await browseApp();
    page = app.page;
    writeFileSync(join(app.folder, 'cells.h5'), '');
    await openAdvanced(page);
  });
  afterAll(async () => app?.close());

  const preview = () => page.getByRole('region', { name: 'How training sees this image' });
  /** The pixels of all crops, once there are others than `before`. */
  async function crops(before: string | null = null): Promise<string> {
    const read = () =>
      preview()
        .locator('canvas')
        .evaluateAll((all) => (all as unknown as DrawnOn[]).map((one) => one.toDataURL()).join());
    await expect
      .poll(async () => [null, '', before].includes(await read()), { timeout: PATIENCE_MS })
      .toBe(false);
    return read();
  }

  test('six crops of the open image follow the switches, others come by a key', async () => {
    const first = await crops();
    expect(await preview().getByRole('img').count()).toBe(6);
    await page.getByLabel('Use: Noise').check();
    const noisy = await crops(first);
    expect(await page.getByLabel('Noise', { exact: true }).inputValue()).toBe('0.1');
    await page.getByLabel('Use: Noise').uncheck();
    expect(await crops(noisy)).toBe(first);
    await preview().getByRole('button', { name: 'Other pieces' }).press('Enter');
    const others = await crops(first);
    await preview().getByLabel('With labels').press('Space');
    await crops(others);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('a loss sets its three settings', async () => {
    await page.getByLabel('Loss', { exact: true }).selectOption({ label: 'Focal' });
    expect(await page.getByLabel('Focal gamma', { exact: true }).inputValue()).toBe('2');
    expect(await page.getByLabel('Dice weight', { exact: true }).inputValue()).toBe('0');
    await page.getByLabel('Dice weight', { exact: true }).fill('0.5');
    await page.getByLabel('Dice weight', { exact: true }).press('Enter');
    expect(await page.getByLabel('Loss', { exact: true }).inputValue()).toBe('mixed');
  });

  test('weights are chosen among the files of this machine', async () => {
    await page.getByRole('button', { name: 'Add weights file…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'cells.h5' }).click();
    await weightsTaken(page);
  });
});

describeWithElectron('advanced settings in a real Electron', () => {
  test('weights are chosen in the dialog of the desktop', async () => {
    const app = await launchApp();
    try {
      const weights = join(app.folder, 'cells.h5');
      writeFileSync(weights, '');
      await openAdvanced(app.page);
      await answerNativeDialog(app, [weights]);
      await app.page.getByRole('button', { name: 'Add weights file…' }).click();
      await weightsTaken(app.page);
    } finally {
      await app.close();
    }
  });
});
