// @ts-check
/**
 * Pictures of the window over the sample project, taken in a headless Chromium: to be looked at after a change of the
 * interface, and shown by the documentation. Light and dark, in three sizes.
 *
 *   node scripts/screenshots.mjs [FOLDER]     into FOLDER; without it into docs/images, with fewer colours to be small
 *
 * Needs a build and a Chromium (`BRUSHFIELD_CHROMIUM` names one that is not found by itself).
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { checkout } from './setup/places.mjs';
import { nodeRuntime } from './setup/node-runtime.mjs';
import { chromiumForTests } from './setup/test-desktop.mjs';

const SIZES = [
  { width: 1000, height: 700 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1440 },
];
/** Of the palette: thirty pictures stay below 3 MB together. */
const QUALITY = 60;

/**
 * `brushfield serve` with a home folder of its own.
 * @param {string} home
 */
async function serve(home) {
  const program = join(checkout, 'out', 'main', 'cli.js');
  const child = spawn(nodeRuntime(), [program, 'serve', '--json', '--no-open'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data') },
  });
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    printed += text;
    if (printed.includes('\n')) break;
  }
  return {
    child,
    address: /** @type {{ address: string }} */ (JSON.parse(printed.split('\n')[0] ?? '')).address,
  };
}

/**
 * Waits for pixels and thumbnails, which come when they are ready: until nothing changes for a while.
 * @param {import('playwright-core').Page} page
 */
async function settled(page) {
  await page
    .waitForResponse((response) => response.url().includes('/pixels/'), { timeout: 5000 })
    .catch(() => null);
  for (let same = 0, before = ''; same < 4;) {
    await page.waitForTimeout(500);
    const loaded = await page.evaluate(THUMBNAILS_IN_SIGHT);
    const now = (await page.screenshot({ animations: 'disabled' })).toString('base64');
    same = loaded && now === before ? same + 1 : 0;
    before = now;
  }
}

/** The folder that this script made says nothing to a reader. A text: it runs in the page. */
const HIDE_FOLDER = `{
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    node.nodeValue = node.nodeValue.replace(/\\S*brushfield-screenshots-[^/]+/, '/home/you/Documents');
}`;
const THUMBNAILS_IN_SIGHT = `[...document.images].every(
  (image) => image.naturalWidth > 0 || image.getBoundingClientRect().bottom > innerHeight)`;

/**
 * Goes through the screens and hands each over.
 * @param {import('playwright-core').Page} page @param {(name: string) => Promise<unknown>} take
 */
async function walk(page, take) {
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

const executablePath = chromiumForTests();
if (!executablePath) throw new Error('There is no Chromium: install it, or name it in BRUSHFIELD_CHROMIUM.');
const target = process.argv[2] ?? join(checkout, 'docs', 'images');
const quality = process.argv[2] === undefined ? QUALITY : 100;
const browser = await chromium.launch({
  executablePath,
  chromiumSandbox: process.getuid?.() !== 0,
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-sync',
  ],
});
try {
  await mkdir(target, { recursive: true });
  for (const colorScheme of /** @type {const} */ (['light', 'dark']))
    for (const viewport of SIZES) {
      const home = await mkdtemp(join(tmpdir(), 'brushfield-screenshots-'));
      const { child, address } = await serve(home);
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(address);
      await walk(page, async (name) => {
        const picture = await page.screenshot({ animations: 'disabled' });
        await sharp(picture)
          .png({ palette: true, quality, effort: 10, compressionLevel: 9, dither: 0 })
          .toFile(join(target, `app-${name}-${colorScheme}-${viewport.width}.png`));
      });
      await page.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      await rm(home, { recursive: true, force: true });
    }
} finally {
  await browser.close();
}
