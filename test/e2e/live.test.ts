/** Ten strokes by mouse on the sample, the suggestion that follows them, taken over, undone, and there again after a restart. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProjectToRead } from '../../src-main/core/projects.js';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { listRuns } from '../../src-main/store/runs.js';
import { Canvas } from './painting/canvas.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { createProject, images, labelsOf } from './painting/project-steps.js';
import { seriousFaults } from './rig/axe.js';
import { PATIENT } from './rig/trained-window.js';

const NAME = 'train-01.png';
const [GROUND, NUCLEUS] = [1, 2];
const STROKES = 10;

for (const host of HOSTS)
  host.describe(`live suggestions in ${host.name}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'brushfield-live-'));
    const picture = join(home, 'pictures', NAME);
    const project = join(home, 'projects', 'strokes.brushfield');
    let window: HostWindow;
    let page: Page;
    let canvas: Canvas;
    let problems: string[];
    let truth: { width: number; height: number; data: ArrayLike<number> };
    /** What was taken over, before it was undone. */
    let accepted: Uint8Array;
    let painted: Uint8Array;

    const panel = () => page.getByRole('region', { name: 'Live suggestions' });
    const labels = () => labelsOf(project, NAME);
    const learned = () => panel().getByText(/^Learned from [\d,]+ pixels of 1 image\.$/);

    async function open(args: string[]): Promise<void> {
      window = await host.open({ folder: home, args, mustRead: [join(home, 'pictures')] });
      page = window.page;
      page.setDefaultTimeout(30_000);
      problems = collectProblems(page);
    }

    /** Intersection over union of nuclei. */
    function iou(found: Uint8Array): number {
      let [both, either] = [0, 0];
      found.forEach((value, at) => {
        const nucleus = truth.data[at] === NUCLEUS;
        both += Number(nucleus && value === NUCLEUS);
        either += Number(nucleus || value === NUCLEUS);
      });
      return both / either;
    }

    /** Middles of runs along a row, one for each fifth of the picture: the widest through nuclei, the narrowest between them. */
    function places(nucleus: boolean): { x: number; y: number; half: number }[] {
      const { width, height, data } = truth;
      return Array.from({ length: STROKES / 2 }, (_, part) => {
        const runs: { x: number; y: number; half: number }[] = [];
        for (let y = Math.ceil((part * height) / 5) + 8; y < ((part + 1) * height) / 5 - 8; y++)
          for (let x = 0, start = 0; x <= width; x++) {
            if (x < width && (data[y * width + x] === NUCLEUS) === nucleus) continue;
            if (x - start > 14) runs.push({ x: (start + x) / 2, y, half: Math.min(30, (x - start) / 2 - 3) });
            start = x + 1;
          }
        return runs.toSorted((a, b) => (nucleus ? b.half - a.half : a.half - b.half))[0]!;
      });
    }

    async function shot(name: string): Promise<void> {
      const folder = process.env['BRUSHFIELD_PICTURES'];
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${host.name}.png`) });
    }

    beforeAll(async () => {
      const sample = join(packageRoot(), 'resources', 'sample');
      mkdirSync(join(home, 'pictures'));
      mkdirSync(join(home, 'projects'));
      copyFileSync(join(sample, 'images', NAME), picture);
      truth = await decodeLabelImage(join(sample, 'labels', NAME));
      await open([]);
      await createProject(page, {
        name: 'strokes',
        folder: join(home, 'projects'),
        classes: 'background, nucleus',
      });
      await window.addImages([picture]);
      await images(page).first().click();
    });
    afterAll(async () => {
      await window?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('ten strokes by mouse bring a suggestion that covers the nuclei', async () => {
      canvas = await Canvas.of(page);
      await panel().getByText('Waiting for the first strokes.').waitFor();
      await page.keyboard.press('b');
      for (let i = 0; i < 12; i++) await page.keyboard.press('[');
      for (const [value, strokes] of [
        [GROUND, places(false)],
        [NUCLEUS, places(true)],
      ] as const) {
        await page.keyboard.press(String(value));
        for (const { x, y, half } of strokes)
          await canvas.drag([canvas.at(x - half, y), canvas.at(x + half, y)]);
        await shot('live-strokes');
        if (value === GROUND) await panel().getByText('Waiting for strokes of: nucleus.').waitFor();
      }
      await canvas.savedEdits(STROKES);
      await learned().waitFor(PATIENT);
      await shot('live-outline');
      for (const look of ['Tint', 'Doubt', 'Outline']) {
        await panel().getByText(look, { exact: true }).click();
        await shot(`live-${look.toLowerCase()}`);
      }
      expect(await seriousFaults(page)).toEqual([]);
      painted = labels();
      expect(painted.filter((value) => value === NUCLEUS).length).toBeGreaterThan(50);
    });

    test('all of it is taken over in one step that undo takes back', async () => {
      await panel().getByRole('button', { name: 'All suggestions' }).click();
      await canvas.savedEdits(STROKES);
      await expect.poll(() => labels().filter(Boolean).length, PATIENT).toBeGreaterThan(painted.length / 2);
      await canvas.saved();
      accepted = labels();
      expect(iou(accepted)).toBeGreaterThan(0.6);
      // What a person painted stays.
      painted.forEach((value, at) => value && expect(accepted[at]).toBe(value));
      await shot('live-accepted');
      await page.keyboard.press('Control+z');
      await expect.poll(() => Buffer.compare(labels(), painted), PATIENT).toBe(0);
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(() => Buffer.compare(labels(), accepted), PATIENT).toBe(0);
      await page.keyboard.press('Control+z');
      await expect.poll(() => Buffer.compare(labels(), painted), PATIENT).toBe(0);
    });

    test('an object and what is under the brush are taken over alone; G switches suggestions off and on', async () => {
      await learned().waitFor(PATIENT);
      const { x, y } = places(true)[0]!;
      await canvas.moveTo(canvas.at(x, y + 3));
      await page.keyboard.press('s');
      await expect
        .poll(() => labels().filter(Boolean).length, PATIENT)
        .toBeGreaterThan(painted.filter(Boolean).length);
      await page.keyboard.press('Control+z');
      await expect.poll(() => Buffer.compare(labels(), painted), PATIENT).toBe(0);
      await learned().waitFor(PATIENT);
      await page.keyboard.press('Shift+b');
      await canvas.drag([canvas.at(x, y + 5), canvas.at(x, y + 12)]);
      await expect
        .poll(() => labels().filter(Boolean).length, PATIENT)
        .toBeGreaterThan(painted.filter(Boolean).length);
      await page.keyboard.press('Control+z');
      await expect.poll(() => Buffer.compare(labels(), painted), PATIENT).toBe(0);
      await panel().getByRole('button', { name: 'What to label next' }).click();
      await page.getByRole('img', { name: 'Place to label next' }).waitFor(PATIENT);
      await shot('live-next');
      await page.keyboard.press('g');
      await expect.poll(() => panel().getByRole('checkbox').isChecked()).toBe(false);
      await page.keyboard.press('g');
      await learned().waitFor(PATIENT);
    });

    test('kept as a model it is one like any other, and suggestions go on', async () => {
      await learned().waitFor(PATIENT);
      await panel().getByRole('button', { name: 'Keep as a model' }).click();
      await page.getByText(/^Finished after \d+ seconds? and 200 steps/).waitFor(PATIENT);
      const opened = openProjectToRead(project);
      const run = listRuns(opened.store).at(-1);
      opened.close();
      expect(run).toMatchObject({ state: 'finished', settings: { network: 'live' } });
      await expect.poll(() => panel().getByRole('checkbox').isChecked()).toBe(true);
      await learned().waitFor(PATIENT);
      await page.getByRole('tab', { name: 'Train' }).click();
      await shot('live-kept');
      await page.getByRole('tab', { name: 'Review' }).click();
      await page.getByRole('checkbox', { name: 'Show the prediction' }).waitFor(PATIENT);
      await shot('live-predicted');
      await page.getByRole('tab', { name: 'Label' }).click();
    });

    test('after a restart labels, undo and suggestions are there again', async () => {
      expect(problems).toEqual([]);
      await window.close();
      await open([project]);
      await images(page).first().click();
      canvas = await Canvas.of(page);
      await learned().waitFor(PATIENT);
      expect(Buffer.compare(labels(), painted)).toBe(0);
      await page.getByRole('application', { name: 'Image' }).focus();
      await page.keyboard.press('Control+z');
      await expect
        .poll(() => labels().filter((value) => value === NUCLEUS).length, PATIENT)
        .toBeLessThan(painted.filter((value) => value === NUCLEUS).length);
      expect(problems).toEqual([]);
    });
  });
