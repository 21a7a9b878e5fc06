// @ts-check
/** Screens of the sample project that need no model. */
import { HIDE_FOLDER, settled } from './served-window.mjs';

/**
 * Goes through the screens and hands each over.
 * @param {import('playwright-core').Page} page @param {(name: string) => Promise<unknown>} take
 */
export async function walkFirstScreens(page, take) {
  await page.getByRole('heading', { name: 'Brushfield' }).waitFor();
  await take('welcome');
  await page.getByRole('button', { name: /sample project/ }).click();
  const rows = page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option');
  await rows.nth(3).click();
  await page.getByText('All saved').waitFor();
  await page.keyboard.press('2');
  await settled(page);
  await take('project');
  await page.getByRole('tab', { name: 'Image' }).click();
  await page.evaluate(HIDE_FOLDER);
  await take('image');
  await page.getByRole('tab', { name: 'Label' }).click();
  await page.locator('#canvas').focus();
  await page.keyboard.press('?');
  await take('shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a command').fill('export labels');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Into folder').fill('/home/you/Documents/Nuclei labels');
  await take('export');
  await page.keyboard.press('Escape');
}
