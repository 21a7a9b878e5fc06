// @ts-check
/** Screens that need a trained model: a folder that is segmented, and what is measured in it. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../setup/places.mjs';
import { command, HIDE_FOLDER, settled } from './served-window.mjs';

/** Steps after which the sample's masks look like nuclei; half a minute. */
const STEPS = 250;
/** Of a window that shows the form and the pictures of the batch. */
const BATCH_HEIGHT = 1360;
/** A text: it runs in the page. */
const SCROLL_TO_IT = '(element) => element.scrollIntoView({ block: "start" })';
const PATIENT = { timeout: 120_000 };

/**
 * A project on the sample with a model, and a folder of its images that the model has not seen.
 * @param {string} home
 */
export async function trainedSample(home) {
  const project = join(home, 'Nuclei.brushfield');
  const sample = join(checkout, 'resources', 'sample');
  await command('new', project, '--classes', 'background,nucleus');
  await command('import', project, sample);
  await command('train', project, '--steps', String(STEPS), '--seed', '1');
  const plate = join(home, 'Plate 1');
  await mkdir(plate);
  for (const folder of ['unseen', 'images'])
    for (const name of await readdir(join(sample, folder)))
      if (!name.startsWith('train')) await copyFile(join(sample, folder, name), join(plate, name));
  return { project, plate };
}

/**
 * @param {import('playwright-core').Page} page @param {(name: string) => Promise<unknown>} take
 * @param {string} plate
 */
export async function walkTrainedScreens(page, take, plate) {
  const images = page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option');
  await images.nth(2).click();
  await page.getByRole('tab', { name: 'Batch' }).click();
  await page.getByRole('textbox', { name: 'Folder of images' }).fill(plate);
  await page.getByRole('textbox', { name: 'Folder of images' }).press('Tab');
  await page.getByText(/\d+ image files/).waitFor();
  await page.getByText('Clean up the result').click();
  await page.getByLabel('Drop objects smaller than').fill('40');
  await page.getByLabel('Fill holes').check();
  await page.getByLabel('Part objects that touch').check();
  await page.locator('.clean-up').getByRole('status').getByText('→').waitFor(PATIENT);
  await page.getByRole('button', { name: 'Segment all' }).first().click();
  await page.locator('article[data-state=finished]').waitFor(PATIENT);
  const files = page.getByRole('list', { name: 'Files of the batch' });
  await files.locator('img').first().waitFor(PATIENT);
  await page.setViewportSize({ width: 1440, height: BATCH_HEIGHT });
  await settled(page);
  await page.locator('details.clean-up').evaluate(SCROLL_TO_IT);
  await settled(page);
  await page.evaluate(HIDE_FOLDER);
  await take('batch');
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.locator('#canvas').focus();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a command').fill('Measure objects');
  await page.keyboard.press('Enter');
  const dock = page.getByRole('region', { name: 'Measurements', exact: true });
  await dock.getByLabel('Measure', { exact: true }).first().waitFor();
  await dock.locator('select').first().selectOption({ index: 1 });
  await dock.getByRole('button', { name: 'Measure', exact: true }).click();
  await dock.getByRole('grid').getByRole('row').nth(1).waitFor(PATIENT);
  await dock.getByRole('button', { name: /^area \(px\)/ }).click();
  await settled(page);
  await take('measurements');
  await dock.getByText('Scatter', { exact: true }).click();
  await dock.getByRole('img').locator('canvas').waitFor();
  await settled(page);
  await take('measurements-chart');
}
