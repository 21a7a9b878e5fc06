// @ts-check
/** Painting beside a training that computes with all its might, and without one, in turn; frames at 60 a second. */
import { paint, RADIUS, STROKES, Sum } from './bench-beside.mjs';
import { CANVAS, openImage, saved, setBrush } from './bench-hand.mjs';
import { launchBrowser, openApp, tell } from './bench-window.mjs';

/** @typedef {import('playwright-core').Page} Page */

const MINUTE = 60_000;

/** Steps that the window says are done. @param {Page} page */
async function stepsDone(page) {
  const facts = (await page.locator('.facts').textContent()) ?? '';
  return Number(/Step ([\d,]+)/.exec(facts)?.[1]?.replaceAll(',', '') ?? 0);
}

/** @param {Page} page @param {number} steps */
async function untilStep(page, steps) {
  while ((await stepsDone(page)) < steps) await page.waitForTimeout(200);
}

/** @param {import('./bench-paint.mjs').Plan} plan */
export async function measureWhileTraining({ trainProject, trainRounds }) {
  // A person's screen shows sixty frames a second; unpaced ones would take a core from the training.
  const browser = await launchBrowser({ paced: true });
  const app = await openApp(browser, trainProject);
  const { page } = app;
  try {
    await page.goto(app.address);
    await openImage(page, 'painted');
    await setBrush(page, RADIUS);
    await page.keyboard.press('Home');
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByText('Thorough', { exact: true }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).click({ timeout: MINUTE });
    await page.locator('[data-phase="running"]').waitFor({ timeout: MINUTE });
    await untilStep(page, 3);
    tell({ kind: 'note', text: 'The training is under way …' });

    const sums = { with: new Sum(), without: new Sum() };
    const steps = { with: 0, without: 0 };
    let strokes = 0;
    // What is decoded and compiled at the first strokes is not counted.
    await paint(page, strokes);
    for (let round = 0; round < trainRounds; round++)
      for (const state of /** @type {const} */ (['with', 'without'])) {
        if (state === 'with' && round > 0) {
          const before = await stepsDone(page);
          await page.getByRole('button', { name: 'Resume', exact: true }).click();
          await page.locator('[data-phase="running"]').waitFor({ timeout: MINUTE });
          await untilStep(page, before + 3);
        } else if (state === 'without') {
          await page.getByRole('button', { name: 'Pause', exact: true }).click();
          await page.locator('[data-phase="paused"]').waitFor({ timeout: MINUTE });
        }
        tell({ kind: 'note', text: `Painting ${state} a training, ${round + 1} of ${trainRounds} …` });
        await page.locator(CANVAS).focus();
        // A stroke over its own class changes nothing and would be waited for in vain.
        await page.keyboard.press(String(1 + ((2 * round + Number(state === 'with')) % 9)));
        const before = await stepsDone(page);
        strokes += STROKES;
        sums[state].add(await paint(page, strokes));
        await saved(page);
        steps[state] += (await stepsDone(page)) - before;
      }
    for (const state of /** @type {const} */ (['with', 'without']))
      tell({ kind: 'training', state, ...sums[state].spreads(), steps: steps[state] });
  } finally {
    await app.close();
    await browser.close();
  }
}
