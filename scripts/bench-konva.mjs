// @ts-check
/** For comparison: each stroke a Konva.Line that stays, as tools with vector strokes do it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addLines, moveEachFrame, newLine, prepareLines } from './bench-page.mjs';
import { curve, shortStroke, spread } from './bench-strokes.mjs';
import { tell, VIEWPORT } from './bench-window.mjs';
import { checkout } from './setup/places.mjs';

/** As large as Brushfield's canvas in a window of 1440 × 900. */
const BOX = { x: 0, y: 0, width: 880, height: 800 };

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./bench-paint.mjs').Plan} plan
 */
export async function measureKonva(browser, plan) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.setContent('<div id="canvas" style="width:880px;height:800px"></div>');
  await page.addScriptTag({
    content: await readFile(join(checkout, 'node_modules/konva/konva.min.js'), 'utf8'),
  });
  for (const radius of plan.radii) {
    await page.evaluate(prepareLines, { ...BOX, radius });
    const { frames, events } = await page.evaluate(moveEachFrame, {
      selector: '#canvas',
      points: curve(BOX, plan.moves),
    });
    tell({ kind: 'konva', radius, frame: spread(frames), event: spread(events) });
  }
  // Zoomed out as Brushfield is in its run of many strokes.
  await page.evaluate(prepareLines, { ...BOX, radius: 10 });
  for (const before of [0, plan.strokes]) {
    const lines = Array.from({ length: before }, (_, n) =>
      shortStroke(BOX, n, 10).flatMap(({ x, y }) => [x, y]),
    );
    await page.evaluate(addLines, lines);
    const frames = [];
    for (let n = 0; n < 20; n++) {
      await page.evaluate(newLine);
      frames.push(
        ...(
          await page.evaluate(moveEachFrame, {
            selector: '#canvas',
            points: shortStroke(BOX, before + n, 10),
          })
        ).frames,
      );
    }
    tell({ kind: 'konva-many', before, frame: spread(frames) });
  }
  await context.close();
}
