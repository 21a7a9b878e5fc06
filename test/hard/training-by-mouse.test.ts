/**
 * From an empty project to a trained model on real microscopy, by mouse only, in a real Chromium and a real Electron: no
 * settings touched, so each training takes its four minutes. `BRUSHFIELD_SHORT=1` stops it after two epochs;
 * `BRUSHFIELD_SHOTS=FOLDER` keeps pictures of the window, which show the data's images and belong nowhere else.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { librariesFolder } from '../../scripts/setup/tensorflow-libraries.mjs';
import { openProjectToRead } from '../../src-main/core/projects.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import { listRuns } from '../../src-main/store/runs.js';
import { brushfield } from '../cli/built-cli.js';
import { collectProblems, HOSTS, type HostWindow } from '../e2e/painting/host-windows.js';
import { answerNativeDialog } from '../e2e/painting/native-dialog.js';
import { describeWithData, sharedData } from '../shared-data.js';

const SHORT = process.env['BRUSHFIELD_SHORT'] === '1';
const SHOTS = process.env['BRUSHFIELD_SHOTS'];
const TRAINED_MS = 1_500_000;

/** What values of the label files are, by the classes every new project has, and what a model must be better than. */
const DATA = [
  { name: 'dsb2018_fluo', values: { 0: 'background', 255: 'cell' }, iou: 0.8 },
  { name: 'membrane', values: { 0: 'cell', 255: 'background' }, iou: 0.6 },
] as const;

/** The newest run of the one project below `home`. */
function stored(home: string) {
  const found = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('project.sqlite'),
  );
  if (found === undefined) throw new Error(`There is no project below ${home}.`);
  const folder = dirname(join(home, found));
  const project = openProjectToRead(folder);
  try {
    const run = listRuns(project.store).at(-1)!;
    return { folder, run, ...metricsOf(project.store, run.id) };
  } finally {
    project.close();
  }
}

/** The training images of a data set and their labels, where the program may read them. */
function copyData(name: string, home: string): { images: string; labels: string } {
  const names = readFileSync(sharedData(name, 'splits', 'train.txt'), 'utf8')
    .split('\n')
    .filter(Boolean);
  const [images, labels] = (['images', 'labels'] as const).map((kind) => {
    const folder = join(home, kind);
    mkdirSync(folder);
    for (const each of names)
      copyFileSync(sharedData(name, kind, `${each}.png`), join(folder, `${each}.png`));
    return folder;
  }) as [string, string];
  return { images, labels };
}

/** Everything in a folder, by the dialog that the host has. */
async function chooseFolder(window: HostWindow, folder: string, open: () => Promise<void>): Promise<void> {
  const native = await answerNativeDialog(window, [folder]);
  await open();
  if (native) return;
  await window.page.getByRole('textbox', { name: 'Folder', exact: true }).fill(folder);
  await window.page.getByRole('button', { name: 'Go', exact: true }).click();
  await window.page.getByRole('button', { name: 'Add all in this folder' }).click();
}

/** The numbers of each epoch as the window's table has them. */
const shownEpochs = async (page: Page) => {
  const cells = (selector: string, name: string) =>
    page
      .locator(`.numbers td[${selector}]`)
      .evaluateAll(
        (all, key) =>
          all.map((cell) => Number((cell as unknown as { dataset: Record<string, string> }).dataset[key])),
        name,
      );
  return { loss: await cells('data-loss', 'loss'), heldOut: await cells('data-held-out', 'heldOut') };
};

async function expectShownAsStored(page: Page, home: string): Promise<void> {
  const { steps, epochs } = stored(home);
  const chart = page.getByRole('img', { name: 'Loss: Curves' });
  await expect
    .poll(() => chart.getAttribute('data-points'))
    .toBe(`${steps.length} ${epochs.length} ${epochs.length}`);
  const numbers = page.getByText('Numbers of each epoch');
  if (!(await page.locator('.numbers').isVisible())) await numbers.click();
  const shown = await shownEpochs(page);
  expect(shown.loss).toEqual(epochs.map(({ loss }) => loss));
  expect(shown.heldOut).toEqual(epochs.map(({ val }) => val?.loss));
}

/** A new project with a data set's training images and labels. */
async function makeProject(
  window: HostWindow,
  home: string,
  { name, values }: (typeof DATA)[number],
): Promise<void> {
  const { page } = window;
  const given = copyData(name, home);
  await page.getByRole('button', { name: 'New project…' }).click();
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('heading', { name: 'My project' }).waitFor();
  await chooseFolder(window, given.images, () =>
    page.getByRole('button', { name: 'Add images…' }).last().click(),
  );
  await page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option').first().waitFor();
  await page.getByRole('button', { name: 'Project menu' }).click();
  await chooseFolder(window, given.labels, () =>
    page.getByRole('menuitem', { name: 'Import labels…' }).click(),
  );
  for (const [value, label] of Object.entries(values))
    await page.getByLabel(`What value ${value} becomes`).selectOption({ label });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
}

async function train(page: Page, { afterEpochs }: { afterEpochs?: number } = {}): Promise<void> {
  // The end of a run before this one must not be taken for its own.
  const former = page
    .getByRole('region', { name: 'Training' })
    .getByRole('button', { name: 'Close', exact: true });
  if (await former.isVisible()) await former.click();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.locator('[data-phase="running"], [data-phase="ended"]').first().waitFor();
  const numbers = page.getByText('Numbers of each epoch');
  if (!(await page.locator('.numbers').isVisible())) await numbers.click();
  if (afterEpochs !== undefined) {
    await page
      .locator('.numbers td[data-loss]')
      .nth(afterEpochs - 1)
      .waitFor({ timeout: TRAINED_MS });
    await page.getByRole('button', { name: 'Stop and keep best' }).click();
  }
  await page.locator('[data-phase="ended"]').waitFor({ timeout: TRAINED_MS });
}

/** Trains a copy of the project with the settings of its newest run. */
async function trainCopy({ folder, run }: ReturnType<typeof stored>, copy: string) {
  cpSync(folder, copy, { recursive: true });
  const settings = Object.entries(run.settings).flatMap(([name, value]) => [
    '--set',
    `${name}=${String(value)}`,
  ]);
  const { code, stderr } = await brushfield(['train', copy, ...settings]);
  expect(`${code} ${code ? stderr : ''}`).toBe('0 ');
  return stored(copy);
}

describeWithData('training by mouse', () => {
  for (const host of HOSTS)
    host.describe(`in ${host.name}`, () => {
      for (const data of DATA)
        test(`${data.name}: a model, and the curve of the command line`, async () => {
          const home = mkdtempSync(join(tmpdir(), 'brushfield-by-mouse-'));
          const copies = mkdtempSync(join(tmpdir(), 'brushfield-by-command-'));
          const window = await host.open({ folder: home, mustRead: [librariesFolder('cpu')] });
          const { page } = window;
          page.setDefaultTimeout(120_000);
          const problems = collectProblems(page);
          const look = async (what: string) => {
            const path = join(SHOTS ?? '', `${data.name}-${host.name}-${what}.png`);
            if (SHOTS) await page.screenshot({ path });
          };
          let closed: Promise<void> | undefined;
          try {
            await makeProject(window, home, data);
            await page.getByRole('tab', { name: 'Train' }).click();
            await page.getByText('background and cell').waitFor();
            await look('before');
            await train(page, SHORT ? { afterEpochs: 2 } : {});
            await look('trained');
            await expectShownAsStored(page, home);
            const { run } = stored(home);
            expect(run.state).toBe(SHORT ? 'stopped' : 'finished');
            if (!SHORT) expect(run.bestScore).toBeGreaterThan(data.iou);
            await page.getByRole('tab', { name: 'Review' }).click();
            await page.getByRole('checkbox', { name: 'Show the prediction' }).check();
            await page.waitForTimeout(3000);
            await look('predicted');

            // Minutes measure a machine, so the numbers of such a run are its own; steps on one thread are anybody's.
            await page.getByRole('tab', { name: 'Train' }).click();
            await page.getByText('Advanced', { exact: true }).click();
            for (const [name, value] of Object.entries({ Steps: '6', 'Steps per epoch': '3', Threads: '1' }))
              await page.getByLabel(name, { exact: true }).fill(value);
            await page.getByText('6 steps').first().waitFor();
            await train(page);
            await look('steps');
            await expectShownAsStored(page, home);
            const inWindow = stored(home);
            expect(inWindow.steps).toHaveLength(6);
            closed = window.close();
            await closed;
            const byCommand = await trainCopy(inWindow, join(copies, 'copy.brushfield'));
            expect(byCommand.run.settings).toEqual(inWindow.run.settings);
            expect(byCommand.run.id).toBe(inWindow.run.id + 1);
            expect(byCommand.steps).toEqual(inWindow.steps);
            expect(byCommand.epochs).toEqual(inWindow.epochs);
            expect(problems.filter((text) => !text.includes('/preview/'))).toEqual([]);
          } finally {
            await (closed ?? window.close());
            for (const folder of [home, copies]) rmSync(folder, { recursive: true, force: true });
          }
        });
    });
});
