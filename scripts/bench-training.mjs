// @ts-check
/** Painting beside a training that computes with all its might, and without one, in turn; frames at 60 a second. */
import { CANVAS, canvasBox, fittedBox, openImage, saved, setBrush, stroke } from './bench-hand.mjs';
import { savedAfter, watchSaving } from './bench-page.mjs';
import { shortStroke, spread } from './bench-strokes.mjs';
import { launchBrowser, openApp, tell } from './bench-window.mjs';

/** @typedef {import('playwright-core').Page} Page */

const STROKES = 20;
const MOVES = 40;
const RADIUS = 50;
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

/**
 * @param {{ x: number, y: number, width: number, height: number }} box
 * @param {import('./bench-strokes.mjs').Point[]} points
 */
const within = (box, points) =>
  points.map(({ x, y }) => ({
    x: Math.min(Math.max(x, box.x), box.x + box.width - 1),
    y: Math.min(Math.max(y, box.y), box.y + box.height - 1),
  }));

/** Short strokes all over the image. @param {Page} page @param {number} first number of the first stroke */
async function paint(page, first) {
  const box = fittedBox(await canvasBox(page));
  const frames = [];
  const events = [];
  const trips = [];
  for (let n = first; n < first + STROKES; n++) {
    await page.evaluate(watchSaving);
    const times = await stroke(page, within(box, shortStroke(box, n, MOVES)));
    frames.push(...times.frames);
    events.push(...times.events);
    trips.push(await page.evaluate(savedAfter));
  }
  return { frames, events, trips };
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

    /** @type {Record<'without' | 'with', { frames: number[], events: number[], trips: number[], steps: number }>} */
    const sums = {
      with: { frames: [], events: [], trips: [], steps: 0 },
      without: { frames: [], events: [], trips: [], steps: 0 },
    };
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
        const { frames, events, trips } = await paint(page, strokes);
        await saved(page);
        sums[state].frames.push(...frames);
        sums[state].events.push(...events);
        sums[state].trips.push(...trips);
        sums[state].steps += (await stepsDone(page)) - before;
      }
    for (const [state, { frames, events, trips, steps }] of Object.entries(sums))
      tell({
        kind: 'training',
        state,
        frame: spread(frames),
        event: spread(events),
        trip: spread(trips),
        steps,
      });
  } finally {
    await app.close();
    await browser.close();
  }
}
