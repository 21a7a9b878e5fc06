/** What a model predicts, looked at, painted with and taken over in a real Chromium; what is stored is compared pixel by pixel. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveModel } from '../../src-main/core/models.js';
import { openProjectToRead } from '../../src-main/core/projects.js';
import { segmentFiles } from '../../src-main/core/segmentation.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { listImages } from '../../src-main/store/images.js';
import { modelPlane } from '../../src-main/store/model-pixels.js';
import { predictionRow } from '../../src-main/store/predictions.js';
import { listRuns } from '../../src-main/store/runs.js';
import { Canvas } from './painting/canvas.js';
import { ExpectedLabels, type Point } from './painting/expected-labels.js';
import { collectProblems } from './painting/host-windows.js';
import { command, images, labelsOf } from './painting/project-steps.js';
import { seriousFaults } from './rig/axe.js';
import { browseApp, type BrowsedApp } from './rig/chromium.js';
import { describeWithChromium } from './rig/runtimes.js';
import { trainedProject, type TrainedProject } from './rig/trained-project.js';

const PATIENT = { timeout: 60_000 };

describeWithChromium('reviewing what a model predicts', () => {
  let home: string;
  let made: TrainedProject;
  let app: BrowsedApp;
  let page: Page;
  let problems: string[];
  /** Name of the run that is predicted with. */
  let used: string;
  /** Labels of wide.png before the model's brush. */
  let beforeModel: Uint8Array;
  /** What the model in use makes of the pictures, by the command that segments folders. */
  const segmented = new Map<string, Uint8Array>();

  const imageId = (name: string): number => {
    const project = openProjectToRead(made.project);
    try {
      return listImages(project.store).find((image) => image.name === name)!.id;
    } finally {
      project.close();
    }
  };
  /** 1 where a label is the model's. */
  const origin = (name: string): Uint8Array => {
    const project = openProjectToRead(made.project);
    try {
      const image = listImages(project.store).find((one) => one.name === name)!;
      return modelPlane(project.store, image.id) ?? new Uint8Array(image.width * image.height);
    } finally {
      project.close();
    }
  };
  /** For people to look at, where they ask for it. */
  const picture = async (name: string) => {
    const folder = process.env['BRUSHFIELD_PICTURES'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  const stored = (name: string) => labelsOf(made.project, name);
  const openImage = async (name: string) => {
    await images(page).filter({ hasText: name }).click();
    const frame = page.getByRole('application', { name: 'Image' });
    await expect.poll(() => frame.getAttribute('data-image'), PATIENT).toBe(String(imageId(name)));
    await page.getByRole('checkbox', { name: 'Show the prediction' }).waitFor(PATIENT);
    await frame.focus();
    return Canvas.of(page);
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'brushfield-review-'));
    made = await trainedProject(home);
    app = await browseApp({ folder: join(home, 'user'), args: [made.project] });
    page = app.page;
    page.setDefaultTimeout(20_000);
    problems = collectProblems(page);
    await images(page).nth(4).waitFor(PATIENT);
    await page.getByRole('tab', { name: 'Review' }).click();
    // The model in use is the best one; which of the two that is does not matter here.
    const run = await page
      .getByRole('combobox', { name: 'Model' })
      .evaluate(
        (select) => (select as unknown as { selectedOptions: { text: string }[] }).selectedOptions[0]!.text,
      );
    used = made.runs.find((name) => run.startsWith(name))!;
    const output = join(home, 'segmented');
    const model = await resolveModel(join(made.project, 'models', used));
    await segmentFiles(model, { input: made.images, output, engine: { device: 'cpu' } });
    for (const name of ['plain', 'wide'])
      segmented.set(
        `${name}.png`,
        Uint8Array.from((await decodeLabelImage(join(output, `${name}_mask.png`))).data),
      );
  });
  afterAll(async () => {
    await app?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('the brush paints what the model sees, also over labels and across tiles, and undo takes it back', async () => {
    const canvas = await openImage('wide.png');
    const size = { width: 600, height: 560 };
    const model = segmented.get('wide.png')!;
    const expected = new ExpectedLabels(size.width, size.height);
    // Something of a person's first, with the wrong class everywhere.
    await page.keyboard.press('b');
    await page.keyboard.press('2');
    const radius = 10;
    const own = [canvas.at(60, 300), canvas.at(300, 300)];
    await canvas.drag(own);
    expected.stroke(own, radius, 2);
    await expect.poll(() => stored('wide.png')).toEqual(expected.data);
    const before = expected.data.slice();
    beforeModel = before;

    await page.keyboard.press('Shift+B');
    await page.getByRole('button', { name: 'Paint with the model', pressed: true }).waitFor();
    for (let i = 0; i < 6; i++) await page.keyboard.press('Shift+]');
    await page.getByRole('tab', { name: 'Label' }).click();
    const wide = Number(await page.getByRole('spinbutton', { name: 'Diameter, px' }).inputValue()) / 2;
    expect(wide).toBeGreaterThan(30);
    const way: (Point & { screen: Point })[] = [
      canvas.at(150, 290),
      canvas.at(400, 340),
      canvas.at(560, 540),
      canvas.at(480, 520),
    ];
    await canvas.drag(way);
    const under = expected.copy();
    under.data.fill(0);
    under.stroke(way, wide, 1);
    expected.data = expected.data.map((label, i) => (under.data[i] ? model[i]! : label));
    expect(new Set(expected.data)).toEqual(new Set([0, 1, 2]));
    await expect.poll(() => stored('wide.png'), PATIENT).toEqual(expected.data);
    await canvas.saved();

    await page.getByRole('button', { name: 'Undo paint with the model' }).click();
    await expect.poll(() => stored('wide.png')).toEqual(before);
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(() => stored('wide.png')).toEqual(expected.data);
  });

  test('what came from the model is counted, hatched, confirmed, and told apart on the disk', async () => {
    await page.getByRole('tab', { name: 'Review' }).click();
    const labels = stored('wide.png');
    const ofModel = labels.map((label, i) => (label !== 0 && label !== beforeModel[i] ? 1 : 0));
    const count = ofModel.reduce((sum, one) => sum + one, 0);
    const labelled = labels.filter((label) => label !== 0).length;
    expect(origin('wide.png')).toEqual(ofModel);
    const panel = page.getByRole('region', { name: 'Where the labels come from' });
    const status = panel.getByRole('status');
    await expect.poll(() => status.getAttribute('data-model-pixels')).toBe(String(count));
    expect(await status.textContent()).toContain(`${Math.round((100 * count) / labelled)} %`);
    const canvas = page.getByRole('application', { name: 'Image' });
    const plain = await canvas.screenshot();
    await panel.getByRole('checkbox', { name: 'Hatch what came from a model' }).check();
    await expect.poll(async () => plain.equals(await canvas.screenshot())).toBe(false);
    await picture('hatched');
    expect(await seriousFaults(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Confirm them' }).click();
    await expect.poll(() => status.getAttribute('data-model-pixels')).toBe('0');
    expect(origin('wide.png')).toEqual(new Uint8Array(labels.length));
    expect(stored('wide.png')).toEqual(labels);
    await canvas.focus();
    await page.keyboard.press('Control+z');
    await expect.poll(() => status.getAttribute('data-model-pixels')).toBe(String(count));
    expect(origin('wide.png')).toEqual(ofModel);
    await page.keyboard.press('Shift+V');
    expect(await panel.getByRole('checkbox').isChecked()).toBe(false);
  });

  test('with other labels protected it fills only what is unlabelled', async () => {
    await page.getByRole('tab', { name: 'Review' }).click();
    const canvas = await openImage('wide.png');
    const before = stored('wide.png');
    await command(page, 'Paint with the model');
    await page.keyboard.press('o');
    const dot = canvas.at(100, 300);
    await page.getByRole('tab', { name: 'Label' }).click();
    const radius = Number(await page.getByRole('spinbutton', { name: 'Diameter, px' }).inputValue()) / 2;
    await canvas.click(dot);
    const under = new ExpectedLabels(600, 560);
    under.stroke([dot], radius, 1);
    const model = segmented.get('wide.png')!;
    const expected = before.map((label, i) => label || (under.data[i] ? model[i]! : 0));
    expect(Buffer.compare(expected, before)).not.toBe(0);
    await expect.poll(() => stored('wide.png')).toEqual(expected);
    await page.keyboard.press('o');
    await page.getByRole('tab', { name: 'Review' }).click();
  });

  test('the chosen images are predicted, then all, and each is kept with what it was made from', async () => {
    const predicted = () => {
      const project = openProjectToRead(made.project);
      try {
        const run = listRuns(project.store).find(({ name }) => name === used)!.id;
        return listImages(project.store).flatMap(({ id, name }) =>
          predictionRow(project.store, id, run) ? [name] : [],
        );
      } finally {
        project.close();
      }
    };
    await images(page).filter({ hasText: 'a.png' }).click();
    await images(page)
      .filter({ hasText: 'c.png' })
      .click({ modifiers: ['Control'] });
    await page.getByRole('button', { name: 'Predict the 2 chosen images' }).click();
    await page.getByText('2 images have a prediction.').waitFor(PATIENT);
    expect(predicted()).toEqual(expect.arrayContaining(['a.png', 'c.png', 'wide.png']));
    expect(predicted()).not.toContain('plain.png');
    await images(page).filter({ hasText: 'plain.png' }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Predict', exact: true }).click();
    await page.getByText('1 image has a prediction.').waitFor(PATIENT);
    expect(predicted()).toContain('plain.png');
    await command(page, 'Predict all images');
    await page.getByText('5 images have a prediction.').waitFor(PATIENT);
    expect(predicted()).toHaveLength(5);
  });

  test('nothing was written to the console and nothing failed', () => {
    expect(problems).toEqual([]);
  });
});
