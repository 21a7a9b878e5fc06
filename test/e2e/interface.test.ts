/** The window's interface in a real Chromium over the real core: first steps, lists, keys, names that are markup. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { seriousFaults } from './rig/axe.js';
import { browseApp, type BrowsedApp } from './rig/chromium.js';
import { describeWithChromium } from './rig/runtimes.js';

const SAMPLES = join(packageRoot(), 'resources', 'sample', 'images');

describeWithChromium('the interface in a real Chromium', () => {
  let app: BrowsedApp;
  let page: Page;
  let folder: string;
  const problems: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'brushfield-interface-'));
    const [odd, ...names] = readdirSync(SAMPLES).slice(0, 4) as [string, ...string[]];
    for (const name of names) copyFileSync(join(SAMPLES, name), join(folder, name));
    copyFileSync(join(SAMPLES, odd), join(folder, '"><img src=x onerror=document.title=1>.png'));
    writeFileSync(join(folder, 'broken.png'), 'no picture');
    app = await browseApp();
    page = app.page;
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });
  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Rows of the image list; a field of choices has options too. */
  const images = () => page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option');
  const command = async (title: string) => {
    await page.locator('#canvas').focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type(title);
    await page.keyboard.press('Enter');
  };

  /** What the program keeps of the keys on this machine. */
  const savedKeys = () => {
    const found = readdirSync(app.folder, { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith('preferences.json'),
    );
    return found === undefined ? '' : readFileSync(join(app.folder, found), 'utf8');
  };

  test('a new project is made from the welcome page, with its classes', async () => {
    await page.getByRole('button', { name: 'New project…' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('First steps');
    await page.getByLabel('In folder').fill(app.folder);
    await page.getByLabel('Classes').fill('ground, <b>cell</b>');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    expect(existsSync(join(app.folder, 'First steps.brushfield'))).toBe(true);
    expect(await page.getByRole('radio').allInnerTexts()).toEqual([
      expect.stringContaining('ground'),
      expect.stringContaining('<b>cell</b>'),
    ]);
  });

  test('a folder is added by the own folder browser, and what was left out is listed with its reason', async () => {
    await page.getByRole('button', { name: 'Add images…' }).first().click();
    await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(folder);
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.getByRole('button', { name: 'broken.png' }).waitFor();
    await page.getByRole('button', { name: 'Add all in this folder' }).click();
    const results = page.getByRole('dialog', { name: 'Adding images' });
    expect(await results.getByRole('row', { name: /broken/ }).innerText()).toContain('broken.png');
    await results.getByRole('button', { name: 'OK' }).click();
    await expect.poll(() => images().count()).toBe(4);
  });

  test('a file name that is markup is shown as text, and nothing of it runs', async () => {
    await images().filter({ hasText: 'onerror' }).click();
    await page.getByRole('tab', { name: 'Image' }).click();
    await page.getByRole('heading', { name: '"><img src=x onerror=document.title=1>.png' }).waitFor();
    expect(await page.title()).toBe('First steps – Brushfield');
    await page.getByRole('tab', { name: 'Label' }).click();
  });

  test('Shift and Ctrl choose several images, whose split changes at once', async () => {
    const rows = images();
    await rows.nth(0).click();
    await rows.nth(2).click({ modifiers: ['Shift'] });
    await rows.nth(1).click({ modifiers: ['Control'] });
    expect(await page.locator('[role="option"][aria-selected="true"]').count()).toBe(2);
    await rows.nth(2).click({ button: 'right' });
    await page.getByRole('menuitemradio', { name: 'Validation' }).click();
    await expect.poll(() => page.locator('[role="option"] .badge.val').count()).toBe(2);
  });

  test('removing images is undone from the notice, and Ctrl+Z takes back a change of the project', async () => {
    await images().nth(3).click();
    await command('Mark as done');
    await expect.poll(() => page.getByText('Done', { exact: true }).count()).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(() => page.getByText('Done', { exact: true }).count()).toBe(0);
    await page.getByRole('listbox', { name: 'Images of the project' }).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => images().count()).toBe(3);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => images().count()).toBe(4);
  });

  test('the list is searched by name, and an empty result offers the way back', async () => {
    await page.getByRole('searchbox').fill('onerror');
    await expect.poll(() => images().count()).toBe(1);
    await page.getByRole('searchbox').fill('no such image');
    await page.getByRole('button', { name: 'Show all images' }).click();
    await expect.poll(() => images().count()).toBe(4);
  });

  test('a class is added, named, moved and deleted by the keyboard', async () => {
    await page.getByRole('button', { name: 'Add class' }).click();
    await page.getByLabel('Name of New class').fill('edge');
    await page.keyboard.press('Enter');
    const edge = page.getByRole('radio', { name: /edge/ });
    await edge.focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(async () => (await page.getByRole('radio').allInnerTexts())[1]).toContain('edge');
    await edge.focus();
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete class' }).click();
    await expect.poll(() => page.getByRole('radio').count()).toBe(2);
  });

  test('a key is rebound in the shortcut sheet, a taken one is refused, and it holds after a reload', async () => {
    await command('Keyboard shortcuts');
    const key = page.getByRole('button', { name: /^Change the key of Eraser/ });
    await key.click();
    await page.keyboard.press('b');
    await page.getByText('B is already the key of "Brush"').waitFor();
    await page.keyboard.press('j');
    await expect.poll(() => key.innerText()).toBe('J');
    await page.keyboard.press('Escape');
    await page.locator('#canvas').focus();
    await page.keyboard.press('j');
    const eraser = page.getByRole('button', { name: 'Eraser' });
    expect(await eraser.getAttribute('aria-pressed')).toBe('true');
    await expect.poll(savedKeys).toContain('"J"');
    // A reload opens the same project again.
    await page.reload();
    await images().first().waitFor();
    await page.locator('#canvas').focus();
    await page.keyboard.press('j');
    await expect.poll(() => eraser.getAttribute('aria-pressed')).toBe('true');
  });

  test('axe finds nothing serious on any screen, light or dark', { timeout: 240_000 }, async () => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      expect(await seriousFaults(page), `project, ${theme}`).toEqual([]);
      await page.getByRole('tab', { name: 'Image' }).click();
      expect(await seriousFaults(page), `image, ${theme}`).toEqual([]);
      await page.getByRole('tab', { name: 'Label' }).click();
      for (const title of [
        'Keyboard shortcuts',
        'Split images',
        'Export labels',
        'Add images',
        'New project',
      ]) {
        await command(title);
        await page.getByRole('dialog').waitFor();
        expect(await seriousFaults(page), `${title}, ${theme}`).toEqual([]);
        await page.keyboard.press('Escape');
      }
      await page.locator('#canvas').focus();
      await page.keyboard.press('Control+k');
      expect(await seriousFaults(page), `palette, ${theme}`).toEqual([]);
      await page.keyboard.press('Escape');
    }
    await command('Close project');
    await page.getByRole('heading', { name: 'Recent projects' }).waitFor();
    expect(await seriousFaults(page), 'welcome').toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await seriousFaults(page), 'welcome, light').toEqual([]);
  });

  test('in a narrow window the panels are drawers that open and close', async () => {
    await page.getByRole('button', { name: /^First steps/ }).click();
    await page.setViewportSize({ width: 800, height: 600 });
    const list = page.getByRole('listbox', { name: 'Images of the project' });
    await expect.poll(() => list.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Show or hide the images' }).click();
    await list.waitFor({ state: 'visible' });
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('nothing was written to the console and nothing failed', () => {
    expect(problems).toEqual([]);
  });

  test('when the core goes away the window says so, and has the project again afterwards', async () => {
    const pid = app.corePid();
    if (pid === null) throw new Error('There is no core process.');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => app.corePid() !== pid && app.corePid() !== null, { timeout: 20_000 }).toBe(true);
    await page.getByRole('heading', { name: 'Brushfield is not answering' }).waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    await command('Mark as done');
    await expect.poll(() => page.getByText('Done', { exact: true }).count()).toBe(1);
  });
});
