/** Correcting what a model gets wrong in a real Chromium: taking over by object, class and confidence, and the queue by keys. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveModel } from '../../src-main/core/models.js';
import { segmentFiles } from '../../src-main/core/segmentation.js';
import { listImages } from '../../src-main/store/images.js';
import { Canvas } from './painting/canvas.js';
import { ExpectedLabels } from './painting/expected-labels.js';
import { seriousFaults } from './rig/axe.js';
import { describeWithChromium } from './rig/runtimes.js';
import { PATIENT, TrainedWindow } from './rig/trained-window.js';

interface Seen {
  width: number;
  height: number;
  /** Label values, and the probability of each, 0 … 255. */
  labels: Uint8Array;
  confidence: Uint8Array;
}

/** Classes and how sure they are, from the probabilities of two classes that the command writes: `.npy`, float32. */
function readProbabilities(path: string): Omit<Seen, 'width' | 'height'> {
  const file = readFileSync(path);
  const start = 10 + file.readUInt16LE(8);
  const values = Array.from({ length: (file.length - start) / 4 }, (_, i) => file.readFloatLE(start + 4 * i));
  const pixels = values.length / 2;
  const second = (i: number) => values[2 * i + 1]! > values[2 * i]!;
  return {
    labels: Uint8Array.from({ length: pixels }, (_, i) => (second(i) ? 2 : 1)),
    confidence: Uint8Array.from({ length: pixels }, (_, i) =>
      Math.round(Math.max(values[2 * i]!, values[2 * i + 1]!) * 255),
    ),
  };
}

describeWithChromium('correcting a model', () => {
  let window: TrainedWindow;
  let page: Page;
  const seen = new Map<string, Seen>();

  const hasLabels = (name: string, labels: Uint8Array) =>
    expect.poll(() => Buffer.compare(window.labels(name), labels), PATIENT).toBe(0);
  const places = () => page.getByRole('region', { name: 'Correct what it gets wrong' });
  /** Image and window of the place that is looked at, once its image is open. */
  const place = async () => {
    const [imageId = 0, x = 0, y = 0, width = 0, height = 0] = (
      (await places().getAttribute('data-place')) ?? ''
    )
      .split(' ')
      .map(Number);
    const name = window.stored(({ store }) => listImages(store).find(({ id }) => id === imageId)!.name);
    const inside = (i: number) => {
      const [px, py] = [i % seen.get(name)!.width, Math.floor(i / seen.get(name)!.width)];
      return px >= x && px < x + width && py >= y && py < y + height;
    };
    const frame = page.getByRole('application', { name: 'Image' });
    await expect.poll(() => frame.getAttribute('data-image'), PATIENT).toBe(String(imageId));
    await expect.poll(() => places().getByRole('button', { name: 'Accept' }).isEnabled(), PATIENT).toBe(true);
    await frame.focus();
    return { name, x, y, width, height, inside };
  };
  const undoAll = async (name: string, empty: Uint8Array) => {
    await page.getByRole('application', { name: 'Image' }).focus();
    await page.keyboard.press('Control+z');
    await hasLabels(name, empty);
  };

  beforeAll(async () => {
    window = await TrainedWindow.open();
    page = window.page;
    await page.getByRole('tab', { name: 'Review' }).click();
    const { folder } = await window.usedRun();
    const output = join(window.home, 'segmented');
    await segmentFiles(await resolveModel(folder), {
      ...{ input: window.made.images, output, probabilities: true },
      engine: { device: 'cpu' },
    });
    for (const { name, width, height } of window.stored(({ store }) => listImages(store))) {
      const path = join(output, name.replace('.png', '_probabilities.npy'));
      seen.set(name, { width, height, ...readProbabilities(path) });
    }
  });
  afterAll(async () => window?.close());

  test('S takes over what hangs together under the pointer, and nothing else', async () => {
    const canvas = await window.openImage('plain.png');
    const { width, labels } = seen.get('plain.png')!;
    const at = labels.indexOf(2) + 3 * width;
    expect(labels[at]).toBe(2);
    await canvas.moveTo(canvas.at((at % width) + 0.5, Math.floor(at / width) + 0.5));
    await page.keyboard.press('s');
    const expected = new Uint8Array(labels.length);
    // Also by a corner.
    const open = [at];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      expected[i] = 2;
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1]) {
          const [x, y] = [(i % width) + dx, Math.floor(i / width) + dy];
          const next = y * width + x;
          if (x >= 0 && x < width && labels[next] === 2 && expected[next] === 0) open.push(next);
        }
    }
    await hasLabels('plain.png', expected);
    expect(window.origin('plain.png')).toEqual(expected.map((label) => (label ? 1 : 0)));
    await undoAll('plain.png', new Uint8Array(labels.length));
  });

  test('a class is taken over alone, and then only where the model is sure enough', async () => {
    const { labels, confidence } = seen.get('plain.png')!;
    const panel = page.getByRole('region', { name: 'Take over into the labels' });
    await panel.getByRole('button', { name: 'Take over disc' }).click();
    await hasLabels(
      'plain.png',
      labels.map((label) => (label === 2 ? 2 : 0)),
    );
    await undoAll('plain.png', new Uint8Array(labels.length));
    await panel.getByRole('slider').fill('0.95');
    await panel.getByText('95 % sure').waitFor();
    await panel.getByRole('button', { name: 'All that is shown' }).click();
    const sure = labels.map((label, i) => (confidence[i]! >= 0.95 * 255 ? label : 0));
    expect(new Set(sure).size).toBeGreaterThan(1);
    await hasLabels('plain.png', sure);
    await undoAll('plain.png', new Uint8Array(labels.length));
    await panel.getByRole('slider').fill('0');
  });

  test('the queue goes on by N and R without a change, by Enter with what is shown', async () => {
    await places().getByRole('button', { name: 'Start reviewing' }).click();
    await places()
      .getByText(/^Place 1 of \d/)
      .waitFor(PATIENT);
    const first = await place();
    const before = window.labels(first.name);
    await window.picture('queue');
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('n');
    await places()
      .getByText(/^Place 2 of/)
      .waitFor();
    await place();
    await page.keyboard.press('r');
    await places()
      .getByText(/^Place 3 of/)
      .waitFor();
    expect(Buffer.compare(window.labels(first.name), before)).toBe(0);
    const third = await place();
    const { labels } = seen.get(third.name)!;
    const old = window.labels(third.name);
    await page.keyboard.press('Enter');
    await hasLabels(
      third.name,
      old.map((label, i) => label || (third.inside(i) ? labels[i]! : 0)),
    );
    await places()
      .getByText(/^Place 4 of/)
      .waitFor();
  });

  test('what was painted there first stays when the rest is accepted, and is told apart', async () => {
    const here = await place();
    const { width, height, labels } = seen.get(here.name)!;
    const old = window.labels(here.name);
    const canvas = await Canvas.of(page);
    const dot = canvas.at(here.x + here.width / 2, here.y + here.height / 2);
    const wrong = labels[Math.floor(dot.y) * width + Math.floor(dot.x)] === 1 ? 2 : 1;
    await page.keyboard.press('b');
    await page.keyboard.press(String(wrong));
    await canvas.click(dot);
    const painted = new ExpectedLabels(width, height);
    painted.data = old.slice();
    painted.stroke([dot], 10, wrong);
    await hasLabels(here.name, painted.data);
    await page.keyboard.press('Enter');
    const accepted = painted.data.map((label, i) => label || (here.inside(i) ? labels[i]! : 0));
    await hasLabels(here.name, accepted);
    expect(Buffer.compare(accepted, painted.data)).not.toBe(0);
    const stroke = new ExpectedLabels(width, height);
    stroke.stroke([dot], 10, 1);
    const origin = window.origin(here.name);
    expect(accepted.every((_, i) => stroke.data[i] === 0 || origin[i] === 0)).toBe(true);
    expect(accepted.every((label, i) => label === painted.data[i] || origin[i] === 1)).toBe(true);
    await places().getByRole('button', { name: 'End the review' }).click();
    await places().getByRole('button', { name: 'Start reviewing' }).waitFor();
  });

  test('nothing was written to the console and nothing failed', () => {
    expect(window.problems).toEqual([]);
  });
});
