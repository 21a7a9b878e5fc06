// @ts-check
/** Changing the image in the window: how long until it is seen, and what is left behind. */
import { hasPut, putTimes } from './bench-page.mjs';
import { spread } from './bench-strokes.mjs';
import { corePid, memoryOf, openApp, residentMb, settled, tell, timesOfPuts } from './bench-window.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
const rows = (page) => page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option');

/** From the click on a row to the first and the last tile of its picture on the canvas, ms. @param {Page} page @param {number} n */
async function open(page, n) {
  await rows(page).nth(n).click();
  return timesOfPuts(page, 500);
}

/**
 * 4096² in uint16: never opened before, and seen before.
 * @param {import('playwright-core').Browser} browser @param {import('./bench-paint.mjs').Plan} plan
 */
export async function measureSwitching(browser, plan) {
  const app = await openApp(browser, plan.switchProject);
  const { page } = app;
  await page.goto(app.address);
  await rows(page).nth(0).waitFor();
  await page.waitForTimeout(2500);
  await settled(page, 500);
  // The image behind the one that is open is decoded ahead; every second one never is.
  const cold = [];
  for (const n of [3, 5, 7, 9]) {
    cold.push(await open(page, n));
    await page.waitForTimeout(1200);
  }
  const ahead = [];
  for (const n of [4, 6, 8]) ahead.push(await open(page, n));
  const cached = [];
  for (let turn = 0; turn < 12; turn++) cached.push(await open(page, 3 + (turn % 6)));
  for (const [state, times] of Object.entries({ cold, ahead, cached }))
    tell({
      kind: 'switch',
      state,
      first: spread(times.map(({ first }) => first)),
      whole: spread(times.map(({ last }) => last)),
    });
  await app.close();
}

/** Pages through images of 1024². @param {import('playwright-core').Browser} browser @param {import('./bench-paint.mjs').Plan} plan */
export async function measurePaging(browser, plan) {
  const app = await openApp(browser, plan.pageProject);
  const { page } = app;
  await page.goto(app.address);
  await rows(page).nth(0).waitFor();
  await page.waitForTimeout(1500);
  await page.locator('[role="application"]').focus();
  const core = corePid(app.serverPid);
  const report = async (/** @type {number} */ seen) =>
    tell({ kind: 'paging', seen, ...(await memoryOf(page)), coreMb: await residentMb(core) });
  await report(1);
  const times = [];
  for (let seen = 2; seen <= plan.pages; seen++) {
    await page.keyboard.press('d');
    await page.waitForFunction(hasPut, null, { polling: 10 });
    times.push((await page.evaluate(putTimes)).first);
    if (seen % Math.max(1, Math.round(plan.pages / 5)) === 0) await report(seen);
  }
  tell({ kind: 'paged', pages: plan.pages, first: spread(times) });
  await app.close();
}
