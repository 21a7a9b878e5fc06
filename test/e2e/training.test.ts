/** From the sample project to a trained model and its prediction, in a real Chromium and a real Electron. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { librariesFolder } from '../../scripts/setup/tensorflow-libraries.mjs';
import { resolveModel } from '../../src-main/core/models.js';
import { openProjectToRead } from '../../src-main/core/projects.js';
import { segmentFiles } from '../../src-main/core/segmentation.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import { listRuns } from '../../src-main/store/runs.js';
import { seriousFaults } from './rig/axe.js';
import { browseApp } from './rig/chromium.js';
import { launchApp } from './rig/electron.js';
import { describeWithChromium, describeWithElectron } from './rig/runtimes.js';

interface DrivenApp {
  page: Page;
  folder: string;
  close(): Promise<void>;
}

/** Two cores that others use too: a few seconds of training may take a minute. */
const TRAINED_MS = 90_000;

function projectBelow(home: string): string {
  const found = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('project.sqlite'),
  );
  if (found === undefined) throw new Error(`There is no project below ${home}.`);
  return dirname(join(home, found));
}

/** The curves of the newest run as the project's database has them. */
function storedCurves(home: string) {
  const project = openProjectToRead(projectBelow(home));
  try {
    return metricsOf(project.store, listRuns(project.store).at(-1)!.id);
  } finally {
    project.close();
  }
}

function trainsByMouse(start: () => Promise<DrivenApp>, { withAxe }: { withAxe: boolean }): void {
  let app: DrivenApp;
  let page: Page;
  const problems: string[] = [];
  beforeAll(async () => {
    app = await start();
    page = app.page;
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      // The picture of an epoch is gone when the next epoch is quicker than the window asks for it.
      const overtaken = message.location().url.includes('/preview/');
      if (message.type() === 'error' && !overtaken) problems.push(message.text());
    });
  });
  afterAll(async () => app?.close());

  const canvas = () => page.getByRole('application', { name: 'Image' });
  const shownPicture = () => canvas().screenshot();

  test('the panel says what will happen before it starts', async () => {
    await page.getByRole('button', { name: 'Open the sample project' }).first().click();
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByText('background and nucleus').waitFor();
    expect(await page.getByRole('checkbox', { name: /As measured: \d+ px/ }).isChecked()).toBe(true);
    if (withAxe) expect(await seriousFaults(page)).toEqual([]);
  });

  test('a small training by mouse draws the curves that the project stores', async () => {
    await page.getByText('Advanced', { exact: true }).click();
    for (const [name, value] of [
      ['Crop size, px', '32'],
      ['Steps', '20'],
      ['Steps per epoch', '10'],
    ] as const)
      await page.getByLabel(name, { exact: true }).fill(value);
    if (withAxe) expect(await seriousFaults(page)).toEqual([]);
    await page.getByText('20 steps').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('[data-phase="ended"]').waitFor({ timeout: TRAINED_MS });
    const { steps, epochs } = storedCurves(app.folder);
    expect([steps.length, epochs.length]).toEqual([20, 2]);
    // Each step; training images; held-out images.
    const chart = page.getByRole('img', { name: 'Loss: Curves' });
    expect(await chart.getAttribute('data-points')).toBe('20 2 2');
    await page.getByText('Numbers of each epoch').click();
    const shown = await page
      .locator('.numbers td[data-loss]')
      .evaluateAll((cells) =>
        cells.map((cell) => Number((cell as unknown as { dataset: { loss: string } }).dataset.loss)),
      );
    expect(shown).toEqual(epochs.map(({ loss }) => loss));
    const heldOut = await page
      .locator('.numbers td[data-held-out]')
      .evaluateAll((cells) =>
        cells.map((cell) => Number((cell as unknown as { dataset: { heldOut: string } }).dataset.heldOut)),
      );
    expect(heldOut).toEqual(epochs.map(({ val }) => val?.loss));
    if (withAxe) expect(await seriousFaults(page)).toEqual([]);
  });

  test('its prediction lies over the image, and can be switched off', async () => {
    await page.getByRole('tab', { name: 'Review' }).click();
    const shown = page.getByRole('checkbox', { name: 'Show the prediction' });
    await shown.waitFor();
    await page.getByRole('button', { name: 'Hide or show labels' }).click();
    await expect
      .poll(async () => {
        await shown.check();
        const withIt = await shownPicture();
        await shown.uncheck();
        return withIt.equals(await shownPicture());
      })
      .toBe(false);
    await shown.check();
    await page.getByRole('button', { name: 'Hide or show labels' }).click();
    if (withAxe) expect(await seriousFaults(page)).toEqual([]);
  });

  test('one object of it becomes labels, and undo takes it back', async () => {
    const box = (await canvas().boundingBox())!;
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const status = page.getByRole('contentinfo');
    await page.getByRole('button', { name: 'Eraser' }).click();
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.mouse.move(at.x + 20, at.y, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(at.x, at.y);
    await status.getByText('unlabelled').waitFor();
    await page.keyboard.press('s');
    await status.getByText(/^(background|nucleus)$/).waitFor();
    await page.getByRole('button', { name: /^Undo accept/ }).click();
    await expect
      .poll(async () => {
        await page.mouse.move(at.x + 1, at.y);
        await page.mouse.move(at.x, at.y);
        return status.getByText('unlabelled').count();
      })
      .toBe(1);
  });

  test('doubtful places come one after the other', async () => {
    await page.getByRole('tab', { name: 'Label' }).click();
    await page.getByText('Change the class in this image').click();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('tab', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Start reviewing' }).click();
    const places = page.getByRole('region', { name: 'Correct what it gets wrong' });
    await places.getByText(/^Place 1 of \d/).waitFor({ timeout: TRAINED_MS });
    if (withAxe) expect(await seriousFaults(page)).toEqual([]);
    await places.getByRole('button', { name: 'Accept', exact: true }).click();
    await places.getByText(/^Place 2 of|^Done: 1 accepted/).waitFor();
    await expect.poll(() => page.getByRole('button', { name: /^Undo accept/ }).count()).toBe(1);
  });

  test('the model is listed, shown in full, renamed, deleted and taken back', async () => {
    await page.getByRole('tab', { name: 'Train' }).click();
    const models = page.getByRole('list', { name: 'Trained models' });
    await models
      .getByRole('button', { name: /-unet-quick$/ })
      .first()
      .click();
    await page
      .getByRole('dialog', { name: 'Trained model' })
      .getByText('Mean IoU, held-out images')
      .waitFor();
    if (withAxe) expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const actions = models.getByRole('button', { name: /^Actions for/ });
    await actions.click();
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await models.getByLabel('Name').fill('first model');
    await models.getByLabel('Name').press('Enter');
    await models.getByRole('button', { name: 'first model', exact: true }).waitFor();
    await actions.click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await models.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
    await models.getByRole('button', { name: 'first model', exact: true }).waitFor();
  });

  test('a folder is segmented with it, byte for byte as by the command', async () => {
    const project = projectBelow(app.folder);
    const input = join(project, 'images');
    const output = join(app.folder, 'masks');
    await page.getByRole('tab', { name: 'Batch' }).click();
    await page.getByRole('textbox', { name: 'Folder of images' }).fill(input);
    await page.getByRole('textbox', { name: 'Folder for the results' }).fill(output);
    await page.getByRole('textbox', { name: 'Folder for the results' }).press('Tab');
    await page.getByText(/^\d+ image files?$/).waitFor();
    await page.getByRole('button', { name: 'Segment all' }).click();
    const batch = page.getByRole('article', { name: 'images' });
    await expect.poll(() => batch.getAttribute('data-state'), { timeout: TRAINED_MS }).toBe('finished');
    const byCommand = mkdtempSync(join(tmpdir(), 'brushfield-masks-'));
    const model = await resolveModel(`${project}:first model`);
    await segmentFiles(model, { input, output: byCommand, measure: true });
    const written = readdirSync(byCommand).filter((name) => name !== 'manifest.json');
    expect(written.length).toBeGreaterThan(2);
    for (const name of written)
      expect(readFileSync(join(output, name)).equals(readFileSync(join(byCommand, name))), name).toBe(true);
    rmSync(byCommand, { recursive: true });
  });

  test('nothing was written to the console and nothing failed', () => {
    expect(problems).toEqual([]);
  });
}

describeWithChromium('training in a real Chromium', () => trainsByMouse(browseApp, { withAxe: true }));
describeWithElectron('training in a real Electron', () =>
  trainsByMouse(() => launchApp({ mustRead: [librariesFolder('cpu')] }), { withAxe: false }),
);
