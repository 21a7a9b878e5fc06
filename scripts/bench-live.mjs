// @ts-check
/** Painting while suggestions follow the brush, and without them, in turn; frames at 60 a second. */
import { paint, RADIUS, STROKES, Sum } from './bench-beside.mjs';
import { CANVAS, openImage, saved, setBrush } from './bench-hand.mjs';
import { launchBrowser, openApp, tell } from './bench-window.mjs';

const MINUTE = 60_000;

/** @param {import('./bench-paint.mjs').Plan} plan */
export async function measureBesideSuggestions({ liveProject, liveRounds }) {
  const browser = await launchBrowser({ paced: true });
  const app = await openApp(browser, liveProject);
  const { page } = app;
  const panel = page.getByRole('region', { name: 'Live suggestions' });
  const there = panel.getByText(/^Learned from /);
  try {
    await page.goto(app.address);
    await openImage(page, 'painted');
    await setBrush(page, RADIUS);
    await page.keyboard.press('Home');
    // The labels of other images are learned from; the first time they are all decoded.
    await there.waitFor({ timeout: MINUTE });
    tell({ kind: 'note', text: 'The first suggestion is there …' });
    const sums = { with: new Sum(), without: new Sum() };
    let strokes = 0;
    // What is decoded and compiled at the first strokes is not counted.
    await paint(page, strokes);
    for (let round = 0; round < liveRounds; round++)
      for (const state of /** @type {const} */ (['with', 'without'])) {
        await page.locator(CANVAS).focus();
        if ((await panel.getByRole('checkbox').isChecked()) !== (state === 'with'))
          await page.keyboard.press('g');
        if (state === 'with') await there.waitFor({ timeout: MINUTE });
        tell({ kind: 'note', text: `Painting ${state} suggestions, ${round + 1} of ${liveRounds} …` });
        // A stroke over its own class changes nothing and would be waited for in vain.
        await page.keyboard.press(String(1 + ((2 * round + Number(state === 'with')) % 9)));
        strokes += STROKES;
        sums[state].add(await paint(page, strokes));
        await saved(page);
        // The last stroke's suggestion comes, so the engine was at work all the time.
        if (state === 'with') await there.waitFor({ timeout: MINUTE });
      }
    for (const state of /** @type {const} */ (['with', 'without']))
      tell({ kind: 'suggestions', state, ...sums[state].spreads() });
  } finally {
    await app.close();
    await browser.close();
  }
}
