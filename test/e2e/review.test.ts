/** What a model predicts, looked at, painted with and told apart in a real Chromium; what is stored is compared pixel by pixel. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveModel } from '../../src-main/core/models.js';
import { segmentFiles } from '../../src-main/core/segmentation.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { listImages } from '../../src-main/store/images.js';
import { predictionRow } from '../../src-main/store/predictions.js';
import { listRuns } from '../../src-main/store/runs.js';
import { ExpectedLabels, type Point } from './painting/expected-labels.js';
import { command, images } from './painting/project-steps.js';
import { seriousFaults } from './rig/axe.js';
import { describeWithChromium } from './rig/runtimes.js';
import { PATIENT, TrainedWindow } from './rig/trained-window.js';

describeWithChromium('what a model predicts', () => {
  let window: TrainedWindow;
  let page: Page;
  /** Name of the run that is predicted with. */
  let used: string;
  /** What that model makes of wide.png, by the command that segments folders. */
  let model: Uint8Array;
  /** Labels of wide.png before the model's brush. */
  let beforeModel: Uint8Array;

  /** Polled: arrays of so many numbers are compared as bytes. */
  const hasLabels = (labels: Uint8Array) =>
    expect.poll(() => Buffer.compare(window.labels('wide.png'), labels), PATIENT).toBe(0);
  const diameter = async () =>
    Number(await page.getByRole('spinbutton', { name: 'Diameter, px' }).inputValue());

  beforeAll(async () => {
    window = await TrainedWindow.open();
    page = window.page;
    await page.getByRole('tab', { name: 'Review' }).click();
    const run = await window.usedRun();
    used = run.name;
    const [input, output] = [join(window.made.images, 'wide.png'), join(window.home, 'segmented')];
    await segmentFiles(await resolveModel(run.folder), { input, output, engine: { device: 'cpu' } });
    model = Uint8Array.from((await decodeLabelImage(join(output, 'wide_mask.png'))).data);
  });
  afterAll(async () => window?.close());

  test('the brush paints what the model sees, also over labels and across tiles, and undo takes it back', async () => {
    const canvas = await window.openImage('wide.png');
    const expected = new ExpectedLabels(600, 560);
    // Something of a person's first, with the wrong class almost everywhere.
    await page.keyboard.press('b');
    await page.keyboard.press('2');
    const own = [canvas.at(60, 300), canvas.at(300, 300)];
    await canvas.drag(own);
    expected.stroke(own, 10, 2);
    await hasLabels(expected.data);
    const before = expected.data.slice();
    beforeModel = before;

    await page.keyboard.press('Shift+B');
    await page.getByRole('button', { name: 'Paint with the model', pressed: true }).waitFor();
    for (let i = 0; i < 6; i++) await page.keyboard.press('Shift+]');
    await page.getByRole('tab', { name: 'Label' }).click();
    const radius = (await diameter()) / 2;
    expect(radius).toBeGreaterThan(30);
    const way: (Point & { screen: Point })[] = [
      canvas.at(150, 290),
      canvas.at(400, 340),
      canvas.at(560, 540),
      canvas.at(480, 520),
    ];
    await canvas.drag(way);
    const under = new ExpectedLabels(600, 560);
    under.stroke(way, radius, 1);
    expected.data = expected.data.map((label, i) => (under.data[i] ? model[i]! : label));
    expect(new Set(expected.data)).toEqual(new Set([0, 1, 2]));
    await hasLabels(expected.data);
    await canvas.saved();

    await page.getByRole('button', { name: 'Undo paint with the model' }).click();
    await hasLabels(before);
    await page.keyboard.press('Control+Shift+Z');
    await hasLabels(expected.data);
  });

  test('what came from the model is counted, hatched, confirmed, and told apart on the disk', async () => {
    await page.getByRole('tab', { name: 'Review' }).click();
    const labels = window.labels('wide.png');
    const ofModel = labels.map((label, i) => (label !== 0 && label !== beforeModel[i] ? 1 : 0));
    const count = ofModel.reduce((sum, one) => sum + one, 0);
    expect(Buffer.compare(window.origin('wide.png'), ofModel)).toBe(0);
    const panel = page.getByRole('region', { name: 'Where the labels come from' });
    const status = panel.getByRole('status');
    const counted = (pixels: number) =>
      expect.poll(() => status.getAttribute('data-model-pixels'), PATIENT).toBe(String(pixels));
    await counted(count);
    const share = count / labels.filter((label) => label !== 0).length;
    const percent = share > 0.99 ? 'More than 99 %' : `${Math.round(100 * share)} %`;
    expect(await status.textContent()).toContain(percent);
    const canvas = page.getByRole('application', { name: 'Image' });
    const plain = await canvas.screenshot();
    await panel.getByRole('checkbox', { name: 'Hatch what came from a model' }).check();
    await expect.poll(async () => plain.equals(await canvas.screenshot()), PATIENT).toBe(false);
    await window.picture('hatched');
    expect(await seriousFaults(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Confirm them' }).click();
    await counted(0);
    expect(window.origin('wide.png').includes(1)).toBe(false);
    expect(Buffer.compare(window.labels('wide.png'), labels)).toBe(0);
    await canvas.focus();
    await page.keyboard.press('Control+z');
    await counted(count);
    expect(Buffer.compare(window.origin('wide.png'), ofModel)).toBe(0);
    await page.keyboard.press('Shift+V');
    expect(await panel.getByRole('checkbox').isChecked()).toBe(false);
  });

  test('with other labels protected it fills only what is unlabelled', async () => {
    const canvas = await window.openImage('wide.png');
    const before = window.labels('wide.png');
    await command(page, 'Paint with the model');
    await page.keyboard.press('o');
    const dot = canvas.at(100, 300);
    await page.getByRole('tab', { name: 'Label' }).click();
    const under = new ExpectedLabels(600, 560);
    under.stroke([dot], (await diameter()) / 2, 1);
    await canvas.click(dot);
    const expected = before.map((label, i) => label || (under.data[i] ? model[i]! : 0));
    expect(Buffer.compare(expected, before)).not.toBe(0);
    await hasLabels(expected);
    await page.keyboard.press('o');
    await page.getByRole('tab', { name: 'Review' }).click();
  });

  test('what is in view is predicted alone where nobody asked for the whole image', async () => {
    // With the prediction hidden an image is not predicted unasked, as one that is too large.
    await page.getByRole('checkbox', { name: 'Show the prediction' }).uncheck();
    await images(page).filter({ hasText: 'b.png' }).click();
    const frame = page.getByRole('application', { name: 'Image' });
    await expect.poll(() => frame.getAttribute('data-image'), PATIENT).toBe(String(window.image('b.png').id));
    const inView = page.getByRole('checkbox', { name: 'Predict what is in view' });
    await inView.waitFor(PATIENT);
    await page.keyboard.press('Escape');
    const plain = await frame.screenshot();
    await inView.check();
    await expect.poll(async () => plain.equals(await frame.screenshot()), PATIENT).toBe(false);
    await window.picture('in-view');
    await inView.uncheck();
    await expect.poll(async () => plain.equals(await frame.screenshot()), PATIENT).toBe(true);
  });

  test('the chosen images are predicted, then all, and each is kept with what it was made from', async () => {
    const predicted = () =>
      window.stored(({ store }) => {
        const run = listRuns(store).find(({ name }) => name === used)!.id;
        return listImages(store).flatMap(({ id, name }) => (predictionRow(store, id, run) ? [name] : []));
      });
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
    expect(window.problems).toEqual([]);
  });
});
