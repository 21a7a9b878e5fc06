/** One project, two writers: who may write is said, can be changed by choice, and no stroke of either is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { brushfield } from '../cli/built-cli.js';
import { Canvas } from './painting/canvas.js';
import { ExpectedLabels } from './painting/expected-labels.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { createProject, images, labelsOf } from './painting/project-steps.js';

/** Three tiles beside each other. */
const SIZE = { width: 1200, height: 400 };
const RADIUS = 10;
const PATIENT = { timeout: 20_000 };

const takeOver = async (page: Page) => {
  await page.getByRole('button', { name: 'Take over…' }).click();
  await page.getByRole('button', { name: 'Take over', exact: true }).click();
  await page.getByText('Read only', { exact: true }).waitFor({ ...PATIENT, state: 'hidden' });
};

for (const host of HOSTS)
  host.describe(`two writers of one project in ${host.name}`, () => {
    let home: string;
    let otherHome: string;
    let project: string;
    let first: HostWindow;
    let second: HostWindow;
    let problems: string[][] = [];
    const stored = new ExpectedLabels(SIZE.width, SIZE.height);

    const press = async ({ page }: HostWindow, x: number, y: number) => {
      const canvas = await Canvas.of(page);
      const point = canvas.at(x, y);
      await canvas.moveTo(point);
      await page.mouse.down();
      return point;
    };
    const paint = async (window: HostWindow, x: number, y: number) => {
      const point = await press(window, x, y);
      await window.page.mouse.up();
      stored.stroke([point], RADIUS, 1);
    };
    const inStore = () => Buffer.compare(labelsOf(project, 'wide.png'), stored.data);
    const allStored = () => expect.poll(inStore, PATIENT).toBe(0);

    afterAll(async () => {
      await second?.close();
      await first?.close();
      for (const folder of [home, otherHome]) if (folder) rmSync(folder, { recursive: true, force: true });
    });

    test('the first window makes the project and paints', async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-two-'));
      otherHome = mkdtempSync(join(tmpdir(), 'brushfield-two-'));
      project = join(home, 'Shared.brushfield');
      const background = { r: 120, g: 120, b: 120 };
      await sharp({ create: { ...SIZE, channels: 3, background } }).toFile(join(home, 'wide.png'));
      first = await host.open({ folder: home });
      await createProject(first.page, { name: 'Shared', folder: home, classes: 'a, b' });
      await first.addImages([join(home, 'wide.png')]);
      await expect.poll(() => images(first.page).count(), PATIENT).toBe(1);
      await paint(first, 60, 60);
      await allStored();
      second = await host.open({ folder: otherHome, args: [project] });
      problems = [collectProblems(first.page), collectProblems(second.page)];
    });
    test('the second is told who has the project and can only read it', async () => {
      const { page } = second;
      await page.getByText(/open for reading only here/).waitFor(PATIENT);
      await press(second, 300, 100);
      await page.mouse.up();
      expect(inStore()).toBe(0);
      await paint(first, 100, 200);
      await allStored();
    });

    test('what the first was painting when the second took over is saved when it takes back', async () => {
      const held = await press(first, 200, 300);
      await takeOver(second.page);
      await paint(second, 1100, 100);
      await allStored();
      await first.page.getByText(/was taken over by/).waitFor(PATIENT);
      await first.page.mouse.up();
      await first.page.getByText('Not saved', { exact: true }).waitFor(PATIENT);
      expect(inStore()).toBe(0);
      await takeOver(first.page);
      stored.stroke([held], RADIUS, 1);
      await allStored();
      await (await Canvas.of(first.page)).saved();
      await paint(first, 400, 300);
      await allStored();
    });

    test('where both painted the same place a person chooses, and undo has the other', async () => {
      await second.page.getByText(/was taken over by/).waitFor(PATIENT);
      const before = stored.copy();
      const held = await press(first, 1060, 300);
      await takeOver(second.page);
      await paint(second, 1100, 300);
      await allStored();
      await first.page.getByText('Read only', { exact: true }).waitFor(PATIENT);
      await first.page.mouse.up();
      await takeOver(first.page);
      await first.page.getByRole('button', { name: 'Keep mine' }).waitFor(PATIENT);
      expect(inStore()).toBe(0);
      await first.page.getByRole('button', { name: 'Keep mine' }).click();
      const theirs = stored.data;
      before.stroke([held], RADIUS, 1);
      stored.data = before.data;
      await allStored();
      await first.page.getByRole('application', { name: 'Image' }).focus();
      await first.page.keyboard.press('Control+z');
      stored.data = theirs;
      await allStored();
    });

    test('a command is refused while the window writes, and takes over when it is told to', async () => {
      const picture = join(packageRoot(), 'resources', 'sample', 'images', 'test-02.png');
      const refused = await brushfield(['import', project, picture]);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/is open in/);
      await paint(first, 700, 50);
      await allStored();
      const held = await press(first, 700, 200);
      const taken = await brushfield(['import', project, picture, '--take-over']);
      expect(taken.stderr).not.toMatch(/error/i);
      expect(taken.code).toBe(0);
      await first.page.mouse.up();
      await first.page.getByRole('button', { name: 'Take over…' }).waitFor(PATIENT);
      expect(inStore()).toBe(0);
      await takeOver(first.page);
      stored.stroke([held], RADIUS, 1);
      await allStored();
      await expect.poll(() => images(first.page).count(), PATIENT).toBe(2);
      expect(problems).toEqual([[], []]);
    });
  });
