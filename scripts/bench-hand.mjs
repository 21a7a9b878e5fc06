// @ts-check
/** What a person's hand does in the window's benchmarks: opens an image, takes a brush, paints. */
import { moveEachFrame } from './bench-page.mjs';
import { settled } from './bench-window.mjs';

/** @typedef {import('playwright-core').Page} Page */

export const CANVAS = '[role="application"]';

/** @param {Page} page @param {string} name */
export async function openImage(page, name) {
  await page.getByRole('option').filter({ hasText: name }).first().click();
  await page.locator('[data-saving="saved"]').waitFor();
  await page.waitForTimeout(300);
  await settled(page, 500);
  await page.locator(CANVAS).focus();
}

/** @param {Page} page @param {number} radius */
export async function setBrush(page, radius) {
  await page.locator(CANVAS).focus();
  await page.keyboard.press('b');
  await page.keyboard.press('3');
  const field = page.locator('input.number[max="2000"]');
  await field.fill(String(radius * 2));
  await field.press('Tab');
  await page.locator(CANVAS).focus();
}

/** The part of the screen that is painted on. @param {Page} page */
export async function canvasBox(page) {
  const box = await page.locator(CANVAS).boundingBox();
  if (!box) throw new Error('The canvas is not on the screen.');
  return box;
}

/** The box in which the whole image is shown. @param {{x:number,y:number,width:number,height:number}} box */
export function fittedBox(box) {
  const side = Math.min(box.width, box.height);
  return { x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2, width: side, height: side };
}

/** @param {Page} page @param {{x:number,y:number}[]} points */
export async function stroke(page, points) {
  const last = points.at(-1);
  if (!last) throw new Error('A stroke has points.');
  await page.mouse.move(last.x, last.y);
  await page.mouse.down();
  const times = await page.evaluate(moveEachFrame, { selector: CANVAS, points });
  await page.mouse.up();
  return times;
}

/** @param {Page} page */
export async function saved(page) {
  const started = Date.now();
  await page.locator('[data-saving="saved"]').waitFor();
  return Date.now() - started;
}
