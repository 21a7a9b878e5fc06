// @ts-check
/**
 * `brushfield bench paint` in the browser: paints in real windows and prints a line of JSON for each figure.
 *
 *   node scripts/bench-paint.mjs PLAN.json
 */
import { readFile } from 'node:fs/promises';
import { measureKonva } from './bench-konva.mjs';
import { measureNapari } from './bench-napari.mjs';
import { measurePaging, measureSwitching } from './bench-switch.mjs';
import { canvasBox, fittedBox, openImage, saved, setBrush, stroke } from './bench-hand.mjs';
import { curve, shortStroke, spread } from './bench-strokes.mjs';
import { measureBesideSuggestions } from './bench-live.mjs';
import { measureWhileTraining } from './bench-training.mjs';
import { launchBrowser, memoryOf, openApp, settled, tell, timesOfPuts } from './bench-window.mjs';

/**
 * @typedef {object} Plan
 * @property {string} paintProject one image a size, in the order of `sizes`
 * @property {string} switchProject
 * @property {string} pageProject
 * @property {number[]} sizes
 * @property {number[]} radii
 * @property {number} moves of one stroke
 * @property {number} strokes of the run that asks whether they slow what follows
 * @property {number} pages images to be paged through
 * @property {string} trainProject one image to paint on, then those that are trained on
 * @property {number} liveRounds how often it is measured without and with suggestions
 * @property {string} liveProject as trainProject
 * @property {number} trainRounds how often it is measured without and with a training
 * @property {string[]} parts
 */

/** @typedef {import('playwright-core').Page} Page */

/** From the key to the first and the last tile written anew, ms. @param {Page} page @param {string} key */
async function keyToDrawn(page, key) {
  await page.keyboard.press(key);
  return timesOfPuts(page);
}

/** @param {Page} page @param {Plan} plan */
async function measureMatrix(page, plan) {
  for (const size of plan.sizes) {
    const started = Date.now();
    await openImage(page, `${size} `);
    tell({ kind: 'opened', size, ms: Date.now() - started - 800 });
    const box = await canvasBox(page);
    for (const view of ['whole image', '1:1'])
      for (const radius of plan.radii) {
        await setBrush(page, radius);
        await page.keyboard.press(view === '1:1' ? 'End' : 'Home');
        await page.waitForTimeout(200);
        await settled(page, 400);
        const points = curve(view === '1:1' ? box : fittedBox(box), plan.moves);
        // The first one decodes the tiles and warms the compiler up; the second is counted.
        await stroke(page, points);
        await saved(page);
        await page.keyboard.press('4');
        const { frames, events } = await stroke(page, points.toReversed());
        const savedMs = await saved(page);
        await settled(page, 400);
        const undo = [];
        for (let n = 0; n < 2; n++) undo.push(await keyToDrawn(page, 'Control+z'));
        tell({
          kind: 'stroke',
          size,
          view,
          radius,
          frame: spread(frames),
          event: spread(events),
          savedMs,
          undo,
        });
      }
    tell({ kind: 'memory', size, ...(await memoryOf(page)) });
  }
}

/** @param {Page} page @param {Plan} plan */
async function measureManyStrokes(page, plan) {
  const size = plan.sizes.find((each) => each >= 4096) ?? plan.sizes[0] ?? 0;
  await openImage(page, `${size} `);
  await setBrush(page, 50);
  await page.keyboard.press('Home');
  await page.waitForTimeout(500);
  const box = fittedBox(await canvasBox(page));
  /** @type {number[][]} */
  const parts = [];
  for (let n = 0; n < plan.strokes; n++) {
    const { frames } = await stroke(page, shortStroke(box, n, 10));
    const part = Math.floor((n * 10) / plan.strokes);
    (parts[part] ??= []).push(...frames);
  }
  await saved(page);
  tell({ kind: 'many', size, strokes: plan.strokes, parts: parts.map(spread), ...(await memoryOf(page)) });
}

const [planFile] = process.argv.slice(2);
if (!planFile) throw new Error('Give a plan; "brushfield bench paint" does.');
const plan = /** @type {Plan} */ (JSON.parse(await readFile(planFile, 'utf8')));
const browser = await launchBrowser();
try {
  tell({ kind: 'browser', version: browser.version() });
  const wanted = (/** @type {string} */ part) => plan.parts.includes(part);
  if (wanted('strokes') || wanted('many')) {
    const app = await openApp(browser, plan.paintProject);
    await app.page.goto(app.address);
    if (wanted('strokes')) await measureMatrix(app.page, plan);
    if (wanted('many')) await measureManyStrokes(app.page, plan);
    await app.close();
  }
  if (wanted('peers')) {
    await measureKonva(browser, plan);
    await measureNapari(plan);
  }
  if (wanted('switch')) await measureSwitching(browser, plan);
  if (wanted('paging')) await measurePaging(browser, plan);
  if (wanted('suggestions')) await measureBesideSuggestions(plan);
  if (wanted('training')) await measureWhileTraining(plan);
} finally {
  await browser.close();
}
