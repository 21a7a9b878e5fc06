// @ts-check
/**
 * `brushfield bench list` in the browser: opens, scrolls and searches a long list of images.
 *
 *   node scripts/bench-list.mjs PLAN.json
 */
import { readFile } from 'node:fs/promises';
import { dragThumb, rowsThere, search, stopWatching, watchRows } from './bench-page.mjs';
import { spread } from './bench-strokes.mjs';
import { launchBrowser, memoryOf, openApp, tell } from './bench-window.mjs';

/** @typedef {{ project: string, rows: number, real: number }} Plan */
/** @typedef {import('playwright-core').Page} Page */

/** As long as the interface waits after a key before it searches. */
const DEBOUNCE_MS = 120;
const OPENINGS = 5;

/** @param {Page} page @param {string} how @param {() => Promise<unknown>} work */
async function watched(page, how, work) {
  await page.evaluate(watchRows);
  await work();
  await page.waitForTimeout(1000);
  const { blankMs, waitingMs, frames } = await page.evaluate(stopWatching);
  tell({ kind: 'scroll', how, blankMs, waitingMs, frame: spread(frames) });
}

/** @param {Page} page */
async function scroll(page) {
  const list = page.getByRole('listbox', { name: 'Images of the project' });
  const box = await list.boundingBox();
  if (!box) throw new Error('There is no list.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await watched(page, 'wheel, 60 notches', async () => {
    for (let notch = 0; notch < 60; notch++) {
      await page.mouse.wheel(0, 300);
      await page.waitForTimeout(16);
    }
  });
  await list.focus();
  for (const key of ['End', 'Home', 'PageDown'])
    await watched(page, `${key} key`, () => page.keyboard.press(key));
  await watched(page, 'thumb dragged to the end in 2 s', () =>
    page.evaluate(dragThumb, { from: 0, to: 1, steps: 120 }),
  );
  await watched(page, 'thumb dragged to the middle at once', () =>
    page.evaluate(dragThumb, { from: 1, to: 0.5, steps: 1 }),
  );
}

const [planFile] = process.argv.slice(2);
if (!planFile) throw new Error('Give a plan; "brushfield bench list" does.');
const plan = /** @type {Plan} */ (JSON.parse(await readFile(planFile, 'utf8')));
const browser = await launchBrowser({ paced: true });
try {
  tell({ kind: 'browser', version: browser.version() });
  const app = await openApp(browser, plan.project);
  const { page } = app;
  const opened = [];
  for (let turn = 0; turn < OPENINGS; turn++) {
    // The first one has the token and starts the core; the others come from a page that was left.
    await page.goto(turn === 0 ? app.address : 'about:blank');
    if (turn > 0)
      await page.goto(`${new URL(app.address).origin}/#project=${encodeURIComponent(plan.project)}`);
    opened.push(await page.evaluate(rowsThere));
    await page.waitForTimeout(1500);
  }
  tell({ kind: 'open', rows: plan.rows, first: opened[0], later: spread(opened.slice(1)) });
  await scroll(page);
  for (const [what, texts] of /** @type {[string, string[]][]} */ ([
    ['few hits', ['well 777', 'well 7777', 'well 777', 'well 7777', 'well 777']],
    ['many hits', ['plate1', 'plate17', 'plate1', 'plate17', 'plate1']],
    ['all hits', ['well', 'plate17', 'e', 'plate17', 'site']],
  ])) {
    const times = [];
    for (const text of texts) {
      const { ms, found } = await page.evaluate(search, { text, wanted: text });
      times.push(ms - DEBOUNCE_MS);
      if (found < 0) tell({ kind: 'note', text: `The search for "${text}" did not end.` });
      await page.waitForTimeout(700);
    }
    tell({ kind: 'search', what, debounceMs: DEBOUNCE_MS, ms: spread(times) });
  }
  tell({ kind: 'memory', rows: plan.rows, ...(await memoryOf(page)) });
  await app.close();
} finally {
  await browser.close();
}
