/** Without the mouse where that is possible: first steps, tools, dialogs; the focus is never lost. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { Canvas } from './painting/canvas.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { answerNativeDialog } from './painting/native-dialog.js';
import { images, labelsOf, recordsOf } from './painting/project-steps.js';
import { walkDialog } from './rig/dialog-walk.js';

const PICTURE = join(packageRoot(), 'resources', 'sample', 'images', 'test-01.png');
const LABELS = join(packageRoot(), 'resources', 'sample', 'labels', 'test-01.png');
/** Pixel (100, 100) of the picture, which is 288 px wide. */
const CENTRE = 100 * 288 + 100;
const PATIENT = { timeout: 20_000 };
const TOOLS = {
  b: 'Brush',
  'Shift+B': 'Paint with the model',
  f: 'Fill a region',
  w: 'Wand: similar brightness',
  p: 'Polygon',
  l: 'Lasso',
  m: 'Rectangle',
  'Shift+M': 'Ellipse',
  t: 'Threshold in a box',
};

for (const host of HOSTS)
  host.describe(`the keyboard in ${host.name}`, () => {
    let home: string;
    let opened: HostWindow;
    let problems: string[] = [];
    const press = async (...keys: string[]) => {
      for (const key of keys) await opened.page.keyboard.press(key);
    };
    const type = (text: string) => opened.page.keyboard.type(text);
    /** What has the focus, for people: its label or text; null when nothing has it. */
    const focused = () =>
      opened.page.evaluate(
        `(() => { const at = document.activeElement; return !at || at === document.body ? null : at.id || at.getAttribute('aria-label') || at.textContent.trim(); })()`,
      );
    const tabTo = async (wanted: string) => {
      for (let tabs = 0; tabs < 60; tabs++) {
        if (String(await focused()).startsWith(wanted)) return;
        await press('Tab');
      }
      throw new Error(`Tab does not lead to ${wanted}.`);
    };
    const run = async (title: string) => {
      await press('Control+k');
      await type(title);
      await press('Enter');
    };

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-keyboard-'));
      for (const [of, to] of [
        [PICTURE, 'pictures'],
        [LABELS, 'masks'],
      ] as const) {
        mkdirSync(join(home, to));
        copyFileSync(of, join(home, to, 'one.png'));
      }
      opened = await host.open({ folder: home });
      problems = collectProblems(opened.page);
    });
    afterAll(async () => {
      await opened?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('a project is made and an image added', async () => {
      const { page } = opened;
      await page.getByRole('button', { name: 'New project…' }).waitFor();
      await tabTo('New project…');
      await press('Enter');
      await page.getByRole('dialog').waitFor();
      await type('Keys');
      await tabTo('new-folder');
      await press('Control+a');
      await type(home);
      await press('Tab', 'Tab');
      await press('Control+a');
      await type('ground, cell');
      await press('Enter');
      await page.getByRole('heading', { name: 'Keys' }).waitFor();
      await expect.poll(focused, PATIENT).not.toBeNull();
      const pictures = join(home, 'pictures');
      const native = await answerNativeDialog(opened, [pictures]);
      await run('Add images');
      if (!native) {
        await page.getByRole('dialog', { name: 'Images to add' }).waitFor();
        await tabTo('Folder');
        await press('Control+a');
        await type(pictures);
        await press('Enter');
        await page.getByRole('button', { name: 'one.png' }).waitFor();
        await press('Enter');
      }
      await expect.poll(() => images(page).count(), PATIENT).toBe(1);
      await expect.poll(focused, PATIENT).not.toBeNull();
    });

    test('every tool has a key, and the button shows it', async () => {
      for (const [key, name] of Object.entries(TOOLS)) {
        await press(key);
        const button = opened.page.getByRole('button', { name, exact: true });
        await expect.poll(() => button.getAttribute('aria-pressed'), PATIENT).toBe('true');
      }
      await press('b');
    });

    test('Tab goes round in every dialog, Escape changes nothing, and the focus is where it was', async () => {
      const { page } = opened;
      const kept = () => recordsOf(join(home, 'Keys.brushfield'));
      const before = kept();
      const dialog = page.getByRole('dialog');
      const leave = async (title: string) => {
        expect(await walkDialog(page), title).toEqual([]);
        await press('Escape');
        await expect.poll(() => dialog.count(), PATIENT).toBe(0);
      };
      const frame = page.getByRole('application', { name: 'Image' });
      await frame.focus();
      const focus = await focused();
      for (const title of ['New project', 'Split images', 'Export labels', 'Keyboard shortcuts']) {
        await run(title);
        await dialog.waitFor();
        // First is what a person came for, not what closes it.
        expect(await focused(), title).not.toBe('Close');
        await leave(title);
        expect(await focused(), title).toBe(focus);
      }
      await press('Control+k');
      await dialog.waitFor();
      await leave('All commands');
      expect(await focused()).toBe(focus);

      const native = await answerNativeDialog(opened, [join(home, 'masks', 'one.png')]);
      await run('Import labels');
      if (!native) {
        await page.getByRole('dialog', { name: 'Label images or folders' }).waitFor();
        expect(await walkDialog(page), 'choosing a file').toEqual([]);
        await tabTo('Folder');
        await press('Control+a');
        await type(join(home, 'masks'));
        await press('Enter');
        await page.getByRole('button', { name: 'one.png' }).waitFor();
        await press('Enter');
      }
      await page.getByRole('dialog', { name: 'Import labels' }).waitFor();
      await leave('Import labels');

      await page.getByRole('radio', { name: /cell/ }).focus();
      await press('Delete');
      await dialog.waitFor();
      await leave('Delete class');
      expect(await focused()).toContain('cell');

      await images(page).first().focus();
      await press('Shift+F10');
      await page.getByRole('menuitem', { name: 'Group…' }).focus();
      await press('Enter');
      await dialog.waitFor();
      await leave('Group');
      expect(kept()).toEqual(before);
    });

    test('what a stroke began, commands finish; undo and redo by key, all saved', async () => {
      const { page } = opened;
      const stored = () => labelsOf(join(home, 'Keys.brushfield'), 'one.png');
      const count = () => stored().filter((value) => value === 2).length;
      const canvas = await Canvas.of(page);
      await press('2');
      const ring = Array.from({ length: 25 }, (_, i) =>
        canvas.at(100 + 30 * Math.cos((i * Math.PI) / 12), 100 + 30 * Math.sin((i * Math.PI) / 12)),
      );
      await canvas.drag(ring);
      await canvas.saved();
      const labels = stored();
      expect(labels[CENTRE]).toBe(0);
      const ringed = count();
      await run('Fill holes of the class');
      await expect.poll(() => stored()[CENTRE], PATIENT).toBe(2);
      const filled = count();
      await press('Control+z');
      await expect.poll(count, PATIENT).toBe(ringed);
      await press('Control+Shift+z');
      await expect.poll(count, PATIENT).toBe(filled);
      expect(problems).toEqual([]);
    });
  });
