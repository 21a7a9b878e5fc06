// @ts-check
/** The window that pictures are taken of: served with a home folder of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodeRuntime } from '../setup/node-runtime.mjs';
import { checkout } from '../setup/places.mjs';

/**
 * `brushfield serve` with a home folder of its own.
 * @param {string} home @param {readonly string[]} args a project to open
 */
export async function serve(home, args = []) {
  const program = join(checkout, 'out', 'main', 'cli.js');
  const child = spawn(nodeRuntime(), [program, 'serve', '--json', '--no-open', ...args], {
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

/** A command of the program that was built. @param {readonly string[]} args */
export async function command(...args) {
  const program = join(checkout, 'out', 'main', 'cli.js');
  const child = spawn(nodeRuntime(), [program, ...args, '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`brushfield ${args.join(' ')} ended with code ${String(code)}.`);
}

/**
 * Waits for pixels and thumbnails, which come when they are ready: until nothing changes for a while.
 * @param {import('playwright-core').Page} page
 */
export async function settled(page) {
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
export const HIDE_FOLDER = `{
  const hidden = (text) => text.replace(/\\S*brushfield-screenshots-[^/]+/, '/home/you/Documents');
  for (const field of document.querySelectorAll('input')) {
    const shown = hidden(field.value);
    if (shown !== field.value) field.value = shown;
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    node.nodeValue = hidden(node.nodeValue);
}`;
const THUMBNAILS_IN_SIGHT = `[...document.images].every(
  (image) => image.naturalWidth > 0 || image.getBoundingClientRect().bottom > innerHeight)`;
