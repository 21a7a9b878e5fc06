/** `brushfield report` and `segment --report` with a real model, and the page in a real Chromium. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { chromiumForTests } from '../../scripts/setup/test-desktop.mjs';
import { seriousFaults } from '../e2e/rig/axe.js';
import { launchChromium } from '../e2e/rig/chromium.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, SIDE_PX, succeed, tinyProject, writeDisc, type TinyProject } from './tiny-project.js';
import { encodeGreyPng } from '../../src-main/pixels/png.js';

const folder = suiteFolder();
const input = join(folder, 'new');
const output = join(folder, 'masks');
const report = join(folder, 'report.html');
const HOSTILE = `<img src=x onerror="document.title='hacked'">&amp;.png`;
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder, 3);
  // Held out too: a name that must stay text, and enough images for intervals.
  const more = ['--labels', tiny.labels, '--map', '0=ground,255=disc', '--split', 'val'];
  for (let n = 3; n < 6; n++) writeDisc(tiny, n);
  for (const kind of [tiny.images, tiny.labels]) copyFileSync(join(kind, 'disc5.png'), join(kind, HOSTILE));
  const files = ['disc3.png', 'disc4.png', HOSTILE].map((name) => join(tiny.images, name));
  await succeed('import', tiny.project, ...files, ...more);
  await succeed('train', tiny.project, ...QUICK, '--steps', '40', '--quiet');
  mkdirSync(input);
  for (let n = 10; n < 19; n++) writeDisc({ images: input, labels: join(folder, 'unused') }, n);
  const bright = new Uint8Array(SIDE_PX ** 2).fill(190);
  writeFileSync(join(input, HOSTILE), encodeGreyPng({ width: SIDE_PX, height: SIDE_PX, data: bright }));
  writeFileSync(join(input, 'broken.png'), 'no picture');
});

it('a report of model and results is one page that asks for nothing, runs nothing and reads well', async () => {
  const segment = [
    ...['segment', tiny.project, '--input', input, '--output', output, '--device', 'cpu'],
    ...['--fill-holes', '--min-area', '4'],
  ];
  const { code, stdout } = await brushfield([...segment, '--threads', '1', '--report', report]);
  expect(code).toBe(3);
  expect(stdout).toContain(`Report: ${report}`);
  const again = await brushfield(['report', tiny.project, '--output', report]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') as string });
  const shard = await brushfield([...segment, '--shard', '1/2', '--report', join(folder, 'other.html')]);
  expect(shard.stderr).toContain('A shard has no report of its own');

  const text = readFileSync(report, 'utf8');
  expect(text).not.toMatch(/<script|<img src=x|https?:/);
  if (!chromiumForTests()) return void process.stderr.write('SKIPPED in part for want of Chromium.\n');
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().slice(0, 5)));
    await page.goto(pathToFileURL(report).href);
    expect(asked.filter((scheme) => scheme !== 'data:')).toEqual(['file:']);
    expect(await page.title()).toMatch(/^Report on .*unet-quick$/);
    // The page is as wide as the window: tables scroll by themselves.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    expect(await page.evaluate('[...document.images].every((image) => image.naturalWidth > 0)')).toBe(true);
    expect(await page.locator('article.tile').count()).toBe(3);
    expect(await page.locator('caption', { hasText: 'Unlike the others' }).count()).toBe(1);
    expect(await page.getByRole('rowheader', { name: HOSTILE, exact: true }).count()).toBeGreaterThan(1);
    expect(await page.getByText('95 % interval').count()).toBeGreaterThan(0);
    // In the batch and in the draft for a paper.
    expect(await page.getByText('holes in objects were filled; objects of fewer than 4 px').count()).toBe(2);
    expect(await page.locator('.warning', { hasText: 'less contrast than the training' }).count()).toBe(1);
    expect(await page.getByRole('rowheader', { name: 'broken.png' }).count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
  } finally {
    await browser.close();
  }
});
