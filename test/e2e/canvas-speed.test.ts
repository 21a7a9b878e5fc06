/** What makes the canvas fast must not be seen: few canvases for many tiles, and nothing drawn again for nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject } from '../../src-main/core/bench/paint-project.js';
import { browseApp, type BrowsedApp } from './rig/chromium.js';
import { describeWithChromium } from './rig/runtimes.js';

describeWithChromium('the canvas of an image of many tiles', () => {
  let app: BrowsedApp;
  let page: Page;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'brushfield-canvas-'));
    // Five tiles and a half a side.
    const picture = { name: 'wide.tif', sidePx: 2816, bits: 8 as const, seed: 3 };
    const project = await makeProject(folder, [picture], () => Promise.resolve());
    app = await browseApp({ args: [project] });
    page = app.page;
    page.setDefaultTimeout(20_000);
    await saved();
  });
  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const canvas = () => page.locator('#canvas');
  const saved = () => page.locator('[data-saving="saved"]').waitFor();

  /** Where the whole image lies on the page, and points of it by share of its sides. */
  async function places() {
    const box = (await canvas().boundingBox())!;
    const side = Math.min(box.width, box.height);
    const [left, top] = [box.x + (box.width - side) / 2, box.y + (box.height - side) / 2];
    return (share: number, across = share) => ({ x: left + across * side, y: top + share * side });
  }

  /** Whether each spot has a colour: the picture is grey and labels are not. */
  async function coloured(spots: readonly { x: number; y: number }[]): Promise<boolean[]> {
    const { data, info } = await sharp(await page.screenshot())
      .raw()
      .toBuffer({ resolveWithObject: true });
    return spots.map(({ x, y }) => {
      const at = (Math.round(y) * info.width + Math.round(x)) * info.channels;
      const rgb = [...data.subarray(at, at + 3)];
      return Math.max(...rgb) - Math.min(...rgb) > 10;
    });
  }

  async function paintDiagonal(): Promise<void> {
    const at = await places();
    await canvas().focus();
    await page.keyboard.press('Home');
    await page.mouse.move(at(0.1).x, at(0.1).y);
    await page.mouse.down();
    for (let step = 1; step <= 8; step++) {
      const { x, y } = at(0.1 + 0.1 * step - (step === 8 ? 0.02 : 0));
      await page.mouse.move(x, y);
    }
    await page.mouse.up();
    await saved();
  }

  test('a stroke over many tiles shows whole, zoomed out and in, and goes with undo', async () => {
    const field = page.locator('input.number[max="2000"]');
    await field.fill('200');
    await field.press('Tab');
    await canvas().focus();
    await page.keyboard.press('2');
    await paintDiagonal();
    const at = await places();
    const along = [0.12, 0.27, 0.36, 0.5, 0.64, 0.73, 0.85].map((share) => at(share));
    const beside = [at(0.3, 0.7), at(0.8, 0.2)];
    const all = [...along, ...beside];
    const painted = all.map((_, n) => n < along.length);
    const nothing = all.map(() => false);
    const shown = { timeout: 15_000 };
    await page.mouse.move(at(0.95, 0.05).x, at(0.95, 0.05).y);
    await expect.poll(() => coloured(all), shown).toEqual(painted);
    await page.keyboard.press('End');
    await expect.poll(() => coloured([at(0.5)]), shown).toEqual([true]);
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+z');
    await expect.poll(() => coloured(all), shown).toEqual(nothing);
    await page.keyboard.press('Control+y');
    await expect.poll(() => coloured(all), shown).toEqual(painted);
  });

  test('undo is seen while the core sleeps, called saved when it has answered, and a stroke waits for that', async () => {
    const core = app.corePid()!;
    const at = await places();
    const [along, beside] = [at(0.5), at(0.3, 0.7)];
    const shown = { timeout: 15_000 };
    await saved();
    process.kill(core, 'SIGSTOP');
    try {
      await page.keyboard.press('Control+z');
      await expect.poll(() => coloured([along]), shown).toEqual([false]);
      await page.locator('[data-saving="saving"]').waitFor();
      await page.mouse.move(beside.x, beside.y);
      await page.mouse.down();
      await page.mouse.up();
    } finally {
      process.kill(core, 'SIGCONT');
    }
    await saved();
    await page.mouse.move(at(0.95, 0.05).x, at(0.95, 0.05).y);
    await expect.poll(() => coloured([along, beside]), shown).toEqual([false, true]);
    await page.keyboard.press('Control+z');
    await expect.poll(() => coloured([along, beside]), shown).toEqual([false, false]);
    // The dot ended redo: the diagonal is gone for good.
    await saved();
    await page.keyboard.press('Control+y');
    await expect.poll(() => coloured([along, beside]), shown).toEqual([false, true]);
  });

  test('a stroke that was saved is not drawn again when the core tells what has changed', async () => {
    await paintDiagonal();
    await page.keyboard.press('3');
    await page.evaluate(`(() => {
      const put = CanvasRenderingContext2D.prototype.putImageData;
      window.puts = 0;
      CanvasRenderingContext2D.prototype.putImageData = function (...given) {
        window.puts++;
        put.apply(this, given);
      };
    })()`);
    // Asked for after the news of the stroke has come, whose classes are as before.
    const thumbnail = page.waitForResponse(/thumbnail/);
    await paintDiagonal();
    expect(await page.evaluate('window.puts')).toBeGreaterThan(0);
    await page.evaluate('window.puts = 0');
    await thumbnail;
    await page.evaluate('new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))');
    expect(await page.evaluate('window.puts')).toBe(0);
  });
});
