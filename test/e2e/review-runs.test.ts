/** Models of a project, looked at, compared, renamed, kept, deleted and exported in a real Chromium. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveModel } from '../../src-main/core/models.js';
import type { Project } from '../../src-main/core/projects.js';
import { segmentFiles } from '../../src-main/core/segmentation.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import type { Scores } from '../../src-main/shared/model.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import { listRuns, type RunRow } from '../../src-main/store/runs.js';
import { command } from './painting/project-steps.js';
import { seriousFaults } from './rig/axe.js';
import { describeWithChromium } from './rig/runtimes.js';
import type { TrainedProject } from './rig/trained-project.js';
import { PATIENT, TrainedWindow } from './rig/trained-window.js';

/** Of the difference: vermillion, as CSS has it. */
const DIFFERENT = [213, 94, 0];

describeWithChromium('the models of a project', () => {
  let home: string;
  let made: TrainedProject;
  let window: TrainedWindow;
  let page: Page;
  let older: RunRow;
  let newer: RunRow;

  const stored = <T>(read: (project: Project) => T): T => window.stored(read);
  const picture = (name: string) => window.picture(name);
  const dialog = (): Locator => page.getByRole('dialog');
  const list = () => page.getByRole('list', { name: 'Trained models' });
  /** Rows of a table: the text of each cell. */
  const cells = (table: Locator) =>
    table
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map((cell) =>
            cell.textContent.trim(),
          ),
        ),
      );
  const lookAt = async (name: string) => {
    await list().getByRole('button', { name, exact: true }).click();
    await dialog().getByRole('img', { name: 'Loss: Curves' }).waitFor(PATIENT);
  };

  beforeAll(async () => {
    window = await TrainedWindow.open();
    ({ page, home, made } = window);
    [older, newer] = stored(({ store }) => listRuns(store)) as [RunRow, RunRow];
    await page.getByRole('tab', { name: 'Train' }).click();
    await list().waitFor();
  });
  afterAll(async () => window?.close());

  test('one is shown with the curves, scores and passport that are stored', async () => {
    await expect.poll(() => list().locator('li').count()).toBe(2);
    await lookAt(older.name);
    const { steps, epochs } = stored(({ store }) => metricsOf(store, older.id));
    const chart = dialog().getByRole('img', { name: 'Loss: Curves' });
    expect(await chart.getAttribute('data-points')).toBe(`${steps.length} ${epochs.length} ${epochs.length}`);
    const { val } = (older.result as { best: { val: Scores } }).best;
    const shown = await dialog()
      .getByRole('table', { name: 'Scores' })
      .locator('td[data-score]')
      .evaluateAll((found) =>
        found.map((cell) => Number((cell as unknown as { dataset: { score: string } }).dataset.score)),
      );
    expect(shown).toEqual([
      val.meanIoU,
      val.pixelAccuracy,
      val.loss,
      ...val.classes.flatMap(({ iou, dice }) => [iou, dice]),
    ]);
    await dialog().getByText('Passport', { exact: true }).click();
    const passport = dialog().getByRole('region', { name: 'Passport' });
    expect(await passport.textContent()).toBe(
      readFileSync(join(made.project, older.folder, 'passport.json'), 'utf8'),
    );
    await picture('run');
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('two stand side by side: curves over each other, scores with their difference, settings that differ', async () => {
    await dialog().getByLabel('Compare with').selectOption({ index: 1 });
    await page.getByRole('dialog', { name: 'Two models side by side' }).waitFor();
    const epochs = [older, newer].map(({ id }) => stored(({ store }) => metricsOf(store, id).epochs.length));
    const steps = stored(({ store }) => metricsOf(store, older.id).steps.length);
    const [a, b] = epochs;
    const chart = dialog().getByRole('img', { name: 'Loss: Curves' });
    await expect.poll(() => chart.getAttribute('data-points')).toBe(`${steps} ${a} ${a} ${b} ${b}`);
    const [first] = await cells(dialog().getByRole('table', { name: 'Scores' }));
    const [before, after] = [older, newer].map(({ bestScore }) => bestScore!);
    const difference = after! - before!;
    expect(first!.slice(1)).toEqual([
      before!.toFixed(3),
      after!.toFixed(3),
      `${difference > 0 ? '+' : ''}${difference.toFixed(3)}`,
    ]);
    const names = Object.keys({ ...older.settings, ...newer.settings });
    const differing = names.filter((name) => older.settings[name] !== newer.settings[name]).sort();
    expect(differing).toEqual(expect.arrayContaining(['lr', 'steps']));
    expect(await cells(dialog().getByRole('table', { name: 'Settings that differ' }))).toEqual(
      differing.map((name) => [name, String(older.settings[name]), String(newer.settings[name])]),
    );
  });

  test('a held-out image is shown as each sees it: the difference is what the command finds', async () => {
    const truth = window.labels('b.png');
    for (const run of [older, newer]) {
      const output = join(home, `segmented-${run.id}`);
      const model = await resolveModel(join(made.project, run.folder));
      await segmentFiles(model, { input: join(made.images, 'b.png'), output, engine: { device: 'cpu' } });
      const mask = (await decodeLabelImage(join(output, 'b_mask.png'))).data;
      const wrong = Uint8Array.from(truth, (label, i) => (label !== 0 && label !== mask[i] ? 1 : 0));
      const canvas = dialog().locator(`[data-picture="${run.id}"] canvas[data-part="difference"]`);
      await canvas.waitFor(PATIENT);
      const drawn = await canvas.evaluate((element) => {
        const { width, height } = element as unknown as { width: number; height: number };
        const context = (
          element as unknown as {
            getContext(kind: string): {
              getImageData(x: number, y: number, w: number, h: number): { data: Iterable<number> };
            };
          }
        ).getContext('2d');
        return [...context.getImageData(0, 0, width, height).data];
      });
      const marked = Uint8Array.from(wrong, (_, i) =>
        DIFFERENT.every((part, channel) => drawn[4 * i + channel] === part) ? 1 : 0,
      );
      expect(marked).toEqual(wrong);
    }
    await picture('compare');
  });

  test('curves have values under the pointer, a part to look closer at, and a logarithmic scale', async () => {
    const chart = dialog().getByRole('img', { name: 'Loss: Curves' });
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width - 20, box.y + 80);
    await dialog()
      .getByText(/^Step \d+$/)
      .waitFor();
    await page.mouse.move(box.x + 120, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + 260, box.y + 90, { steps: 4 });
    await page.mouse.up();
    await dialog().getByRole('button', { name: 'Whole range' }).click();
    expect(await dialog().getByRole('button', { name: 'Whole range' }).count()).toBe(0);
    const plain = await chart.screenshot();
    await dialog().getByRole('checkbox', { name: 'Log scale' }).check();
    await expect.poll(async () => plain.equals(await chart.screenshot())).toBe(false);
    await dialog().getByRole('radio', { name: 'IoU' }).check({ force: true });
    await dialog().getByRole('img', { name: 'IoU: Curves' }).waitFor();
  });

  test('nothing serious is wrong with the dialog and the tabs, dark and light, large and small', async () => {
    for (const [theme, width, height] of [
      ['dark', 1440, 900],
      ['light', 1000, 700],
      ['dark', 1000, 700],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme });
      await page.getByRole('dialog', { name: 'Two models side by side' }).waitFor();
      await picture(`compare-${theme}-${width}`);
      expect(await seriousFaults(page), `${theme} ${width}`).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    for (const theme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const tab of ['Train', 'Review']) {
        await page.getByRole('tab', { name: tab }).click();
        await picture(`${tab}-${theme}`);
        expect(await seriousFaults(page), `${tab} ${theme}`).toEqual([]);
      }
    }
    await page.getByRole('tab', { name: 'Train' }).click();
  });

  test('one is renamed, kept, deleted into the bin and taken out of it, by keys', async () => {
    const row = (name: string) => list().getByRole('button', { name, exact: true });
    await row(newer.name).focus();
    await page.keyboard.press('F2');
    await list().getByLabel('Name').fill('slower');
    await page.keyboard.press('Enter');
    await row('slower').waitFor();
    await list().getByRole('button', { name: 'Actions for slower' }).click();
    await page.getByRole('menuitemradio', { name: 'Keep this model' }).click();
    await list().getByText('kept', { exact: true }).waitFor();
    await row('slower').focus();
    await page.keyboard.press('Delete');
    expect(await row('slower').count()).toBe(1);
    await list().getByRole('button', { name: 'Actions for slower' }).click();
    await page.getByRole('menuitemradio', { name: 'Keep this model' }).click();
    await list().getByText('kept', { exact: true }).waitFor({ state: 'detached' });
    const folder = join(made.project, newer.folder);
    await row('slower').focus();
    await page.keyboard.press('Delete');
    await row('slower').waitFor({ state: 'detached' });
    await expect.poll(() => existsSync(folder)).toBe(false);
    await page.getByText('Deleted models (1)').click();
    await picture('bin');
    await page.getByRole('button', { name: 'Restore slower' }).click();
    await row('slower').waitFor();
    expect(readdirSync(folder)).toContain('best.safetensors');
    expect(stored(({ store }) => metricsOf(store, newer.id).steps.length)).toBe(20);
    await page.getByText('Deleted models').waitFor({ state: 'detached' });
  });

  test('one is exported with its passport, and nothing that is there is replaced', async () => {
    const target = join(home, 'exported');
    mkdirSync(target);
    const go = async (format = 'Export…') => {
      await list()
        .getByRole('button', { name: `Actions for ${older.name}` })
        .click();
      await page.getByRole('menuitem', { name: format, exact: true }).click();
      await dialog().getByRole('textbox', { name: 'Folder', exact: true }).fill(target);
      await dialog().getByRole('button', { name: 'Go', exact: true }).click();
      await dialog()
        .getByRole('button', { name: /^(Choose|Use) / })
        .click();
    };
    await go();
    const folder = join(target, older.name);
    await expect.poll(() => existsSync(folder)).toBe(true);
    const files = readdirSync(folder);
    expect(files).toEqual(expect.arrayContaining(['best.safetensors', 'model.json', 'passport.json']));
    expect(files).not.toContain('last.safetensors');
    for (const name of ['best.safetensors', 'passport.json'])
      expect(
        readFileSync(join(folder, name)).equals(readFileSync(join(made.project, older.folder, name))),
      ).toBe(true);
    await go();
    await page.getByText(/already exists and is not overwritten/).waitFor();
    await go('Export as zip file…');
    await expect.poll(() => existsSync(`${folder}.zip`)).toBe(true);
    await go('Export as ONNX file…');
    await expect.poll(() => existsSync(`${folder}.onnx`), { timeout: 60_000 }).toBe(true);
  });

  test('the palette opens the model in use, and compares it with another', async () => {
    await command(page, 'Curves, scores and settings of the model in use');
    await page.getByRole('dialog', { name: 'Trained model' }).waitFor();
    await page.keyboard.press('Escape');
    await command(page, 'Compare the model in use');
    await page.getByRole('dialog', { name: 'Two models side by side' }).waitFor();
    await page.keyboard.press('Escape');
  });

  test('nothing was written to the console and nothing failed', () => {
    expect(window.problems).toEqual([]);
  });
});
