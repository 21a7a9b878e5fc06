/** Splits, groups and notes, edited where the images are listed, by mouse and keys; each change is undone and redone. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { imageIds, imagePage } from '../../src-main/store/image-list.js';
import { openStore } from '../../src-main/store/open.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { command, createProject, images } from './painting/project-steps.js';

const SAMPLES = join(packageRoot(), 'resources', 'sample', 'images');
const NAMES = ['test-01.png', 'test-02.png', 'train-01.png', 'train-02.png'];
const PATIENT = { timeout: 20_000 };

for (const host of HOSTS)
  host.describe(`splits, groups and notes in ${host.name}`, () => {
    let home: string;
    let opened: HostWindow;
    let problems: string[] = [];
    const project = () => join(home, 'Noted.brushfield');
    const row = (n: number) => images(opened.page).nth(n);
    const press = (key: string) => opened.page.keyboard.press(key);

    /** What another process reads of all images. */
    function stored() {
      const store = openStore(project(), { access: 'read' });
      try {
        return imagePage(store, imageIds(store));
      } finally {
        store.close();
      }
    }
    const splits = () => stored().map(({ split }) => split ?? '');
    const groups = () => stored().map(({ group }) => group);
    const notes = () => stored().map(({ note, acquisition }) => `${note}|${acquisition}`);

    /** A change that was seen on the disk, taken back, made again and taken back. */
    async function isUndone<T>(read: () => T, before: T, after: T): Promise<void> {
      await expect.poll(read, PATIENT).toEqual(after);
      await command(opened.page, 'Undo change of the project');
      await expect.poll(read, PATIENT).toEqual(before);
      await command(opened.page, 'Redo change of the project');
      await expect.poll(read, PATIENT).toEqual(after);
    }

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-noted-'));
      mkdirSync(join(home, 'pictures'));
      for (const name of NAMES) copyFileSync(join(SAMPLES, name), join(home, 'pictures', name));
      opened = await host.open({ folder: home });
      problems = collectProblems(opened.page);
      await createProject(opened.page, { name: 'Noted', folder: home, classes: 'ground, cell' });
      await opened.addImages(NAMES.map((name) => join(home, 'pictures', name)));
      await row(NAMES.length - 1).waitFor(PATIENT);
    });
    afterAll(async () => {
      await opened?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('the split of several images is set from the menu of the list, its badge is shown', async () => {
      const { page } = opened;
      const before = splits();
      await row(1).click();
      await row(2).click({ modifiers: ['Shift'] });
      await row(2).click({ button: 'right' });
      await page.getByRole('menuitemradio', { name: 'Test' }).click();
      const after = before.with(1, 'test').with(2, 'test');
      await isUndone(splits, before, after);
      await expect.poll(() => page.locator('[role="option"] .badge.test').count()).toBe(2);
    });

    test('by keys: the menu of the list opens, its items are walked, and the focus comes back', async () => {
      const { page } = opened;
      const before = splits();
      await row(0).click();
      const list = page.getByRole('listbox', { name: 'Images of the project' });
      await list.focus();
      await press('Shift+F10');
      await page.getByRole('menu').waitFor();
      await press('ArrowDown');
      const walked = page.getByRole('menuitemradio', { name: 'Validation' });
      await expect
        .poll(() => page.locator('[role="menuitemradio"]:focus').innerText())
        .toContain('Validation');
      await press('Escape');
      await expect.poll(() => page.getByRole('menu').count()).toBe(0);
      await expect.poll(() => page.locator('[role="listbox"]:focus').count()).toBe(1);
      expect(splits()).toEqual(before);
      await press('Shift+F10');
      await walked.waitFor();
      await press('ArrowDown');
      await press('Enter');
      await isUndone(splits, before, before.with(0, 'val'));
    });

    test('images are put into a group from the list; a group already there is changed under Image', async () => {
      const { page } = opened;
      const before = groups();
      await row(0).click();
      await row(3).click({ modifiers: ['Control'] });
      await row(3).click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Group…' }).click();
      const field = page.getByRole('textbox', { name: 'Group of 2 images' });
      await field.fill('mouse 7');
      await press('Enter');
      await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      const after = before.with(0, 'mouse 7').with(3, 'mouse 7');
      await isUndone(groups, before, after);

      await row(3).click();
      await page.getByRole('tab', { name: 'Image' }).click();
      const group = page.getByRole('textbox', { name: 'Group', exact: true });
      await expect.poll(() => group.inputValue(), PATIENT).toBe('mouse 7');
      await group.fill('mouse 8');
      await press('Tab');
      await isUndone(groups, after, after.with(3, 'mouse 8'));
    });

    test('notes and acquisition are written, found by the search, and undone with Ctrl+Z right afterwards', async () => {
      const { page } = opened;
      const before = notes();
      await row(2).click();
      await command(page, 'Note…');
      const note = page.getByRole('textbox', { name: 'Note', exact: true });
      await expect.poll(() => page.locator('#image-note:focus').count()).toBe(1);
      await page.keyboard.type('odd wrinkle');
      await press('Tab');
      const noted = before.with(2, 'odd wrinkle|');
      await expect.poll(notes, PATIENT).toEqual(noted);
      await page.keyboard.type('63x, DAPI');
      await press('Tab');
      const both = before.with(2, 'odd wrinkle|63x, DAPI');
      await isUndone(notes, noted, both);

      await page.getByRole('application', { name: 'Image' }).focus();
      await press('Control+z');
      await expect.poll(notes, PATIENT).toEqual(noted);
      // The panel shows what is stored, not what was typed.
      const acquisition = page.getByRole('textbox', { name: 'Acquisition', exact: true });
      await expect.poll(() => acquisition.inputValue(), PATIENT).toBe('');
      await page.getByRole('searchbox').fill('WRINKLE');
      await expect.poll(() => images(page).count(), PATIENT).toBe(1);
      await page.getByRole('searchbox').fill('');
      await press('Escape');
      await command(page, 'Undo change of the project');
      await expect.poll(notes, PATIENT).toEqual(before);
      await expect.poll(() => note.inputValue(), PATIENT).toBe('');
    });

    test('all of it is there on another day', async () => {
      const [split, group] = [splits(), groups()];
      await opened.close();
      opened = await host.open({ folder: home, args: [project()] });
      await expect.poll(() => images(opened.page).count(), PATIENT).toBe(NAMES.length);
      await expect.poll(() => row(0).innerText(), PATIENT).toContain('val');
      expect([splits(), groups()]).toEqual([split, group]);
      await command(opened.page, 'Undo change of the project');
      await expect.poll(groups, PATIENT).toEqual(group.with(3, 'mouse 7'));
      expect(problems).toEqual([]);
    });
  });
