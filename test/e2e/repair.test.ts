/** A project whose file is really damaged, mended in the window: what was found, what was done, and every label back. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { createProject, openProject } from '../../src-main/core/projects.js';
import { backupStore } from '../../src-main/store/backup.js';
import { DATABASE_FILE } from '../../src-main/store/open.js';
import { listImages } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { cutOff, tamper } from '../core/damaged-project.js';
import { writePng } from '../core/temporary-project.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { answerNativeDialog, openFromWelcome } from './painting/native-dialog.js';
import { images, labelsOf } from './painting/project-steps.js';
import { seriousFaults } from './rig/axe.js';

const PROJECT = 'Hurt.brushfield';
const SIDE = { width: 300, height: 200 };
const NAMES = ['0.png', '1.png', '2.png'];
const PATIENT = { timeout: 20_000 };

/** Labels that do not compress away, so that a file that is cut off lacks some of them. */
const labelsFor = (n: number) =>
  Uint8Array.from({ length: SIDE.width * SIDE.height }, (_, i) => ((i * (2 * n + 3)) >> 3) % 3);

/** A project with labels and a backup of all of it. */
async function makeProject(home: string): Promise<void> {
  mkdirSync(join(home, 'pictures'));
  for (const [n, name] of NAMES.entries())
    writePng(join(home, 'pictures', name), (x, y) => (x * 3 + y * 5 + n * 40) % 256, SIDE);
  const project = createProject(join(home, PROJECT), { classes: ['ground', 'cell'] });
  await importImages(project, { paths: [join(home, 'pictures')] });
  for (const { id, name } of listImages(project.store))
    saveMask(project.store, id, { ...SIDE, data: labelsFor(NAMES.indexOf(name)) });
  expect(await backupStore(project.store)).not.toBeNull();
  project.close();
}

for (const host of HOSTS)
  host.describe(`a damaged project in ${host.name}`, () => {
    let home: string;
    let opened: HostWindow;
    let problems: string[] = [];
    const folder = () => join(home, PROJECT);
    const file = () => join(folder(), DATABASE_FILE);
    const dialog = () => opened.page.getByRole('dialog', { name: 'Check and repair Hurt' });
    const press = (name: string) => dialog().getByRole('button', { name, exact: true }).last().click();
    const allLabels = () => NAMES.map((name) => labelsOf(folder(), name));

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-hurt-'));
      await makeProject(home);
      opened = await host.open({ folder: home });
      problems = collectProblems(opened.page);
    });
    afterAll(async () => {
      await opened?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('one that cannot be opened is checked and repaired from the message; the damaged file is kept', async () => {
      const { page } = opened;
      cutOff(folder(), 0.6);
      const damaged = readFileSync(file());
      await openFromWelcome(opened, home, PROJECT);
      await page.getByRole('button', { name: 'Check and repair…' }).click(PATIENT);
      await dialog().getByText('What was found').waitFor(PATIENT);
      expect(await dialog().innerText()).toMatch(/is kept as it is[\s\S]*taken from the backups/);
      expect(await seriousFaults(page)).toEqual([]);
      // So far it was only looked at.
      expect(readFileSync(file()).equals(damaged)).toBe(true);

      await press('Repair');
      await dialog().getByText('The project is whole again.').waitFor(PATIENT);
      const kept = readdirSync(folder()).filter((name) => name !== DATABASE_FILE && /damaged/.test(name));
      expect(kept).toHaveLength(1);
      expect(await dialog().innerText()).toContain(kept[0]);
      expect(readFileSync(join(folder(), kept[0]!)).equals(damaged)).toBe(true);
      await press('Open the project');
      await expect.poll(() => images(page).count(), PATIENT).toBe(NAMES.length);
      expect(allLabels()).toEqual(NAMES.map((_, n) => labelsFor(n)));
    });

    test('one image with damaged labels offers it where it is shown; Escape leaves all as it was', async () => {
      const { page } = opened;
      await page.getByRole('button', { name: /^Close the project/ }).click();
      tamper(
        folder(),
        `update tile set bytes = x'0102' where layer_id = (select layer.id from layer join image on image.id = image_id where name = '1.png')`,
      );
      await openFromWelcome(opened, home, PROJECT);
      await images(page).filter({ hasText: '1.png' }).click();
      await page.locator('[role="alert"]').getByRole('button', { name: 'Check and repair…' }).click(PATIENT);
      await dialog()
        .getByText(/labels of 1\.png are damaged at tile/)
        .first()
        .waitFor(PATIENT);
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog().count()).toBe(0);
      expect(() => labelsOf(folder(), '1.png')).toThrow('damaged');
    });

    test('by the keyboard, from the list of commands: its labels come back, and nothing is wrong afterwards', async () => {
      const { page } = opened;
      const ask = async () => {
        const native = await answerNativeDialog(opened, [folder()]);
        await page.keyboard.press('Control+k');
        await page.keyboard.type('Check and repair');
        await page.keyboard.press('Enter');
        if (native) return;
        await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(home);
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: /^Hurt\.brushfield/ }).click();
      };
      await ask();
      await dialog().getByRole('button', { name: 'Repair' }).waitFor(PATIENT);
      await page.keyboard.press('Enter');
      await dialog().getByText('The project is whole again.').waitFor(PATIENT);
      expect(await dialog().innerText()).toMatch(/1\.png was taken from/);
      expect(allLabels()).toEqual(NAMES.map((_, n) => labelsFor(n)));
      await press('Close');
      await ask();
      await dialog().getByText('Nothing is wrong with this project.').waitFor(PATIENT);
      await press('Close');
    });

    test('one that another program writes is told, and left alone', async () => {
      tamper(folder(), `update layer set pixels_by_value = '[1]'`);
      const other = openProject(folder(), { as: 'another program' });
      try {
        const { page } = opened;
        await openFromWelcome(opened, home, PROJECT);
        await expect.poll(() => images(page).count(), PATIENT).toBe(NAMES.length);
        await page.getByRole('button', { name: 'Project menu' }).click();
        await page.getByRole('menuitem', { name: 'Check and repair…' }).click();
        await press('Repair');
        await dialog().getByText('It could not be repaired').waitFor(PATIENT);
        expect(await dialog().innerText()).toContain('nothing was mended');
      } finally {
        other.close();
      }
      await press('Not now');
      expect(existsSync(file())).toBe(true);
      // Pixels of an image that was left are nobody's.
      expect(problems.filter((problem) => !problem.includes('no such pixels'))).toEqual([]);
    });
  });
