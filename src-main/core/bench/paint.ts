/**
 * `brushfield bench paint` and `bench list`: what a person waits for in the window, in a headless Chromium before a real
 * server. Here the projects are made and the figures gathered; `scripts/bench-*.mjs` drive the browser, which only a
 * checkout with the development packages has.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../disk/package-root.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { makeLongProject, makeProject, type MadeUpPicture } from './paint-project.js';

export interface WindowBenchOptions {
  /** Share of the full size, 0 … 1. */
  scale: number;
  seed: number;
  /** Of `PAINT_PARTS`; all unless said. */
  parts?: readonly string[];
  /** Where projects are made for as long as they are measured; the system's temporary folder unless said. */
  folder?: string;
}

/** One figure, or several that belong together; which fields there are depends on `kind`. */
export interface WindowRow {
  kind: string;
  /** Processes that ran or waited to run, mean of the last minute, when it was measured. */
  load: number;
  [field: string]: unknown;
}

export const PAINT_PARTS = [
  'strokes',
  'many',
  'peers',
  'switch',
  'paging',
  'suggestions',
  'training',
] as const;

const SIZES = [2048, 4096, 8192, 16384];
const RADII = [5, 50, 200, 500];
const MOVES = 200;
const STROKES = 1000;
const PAGES = 500;
const SWITCHED = 10;
const LIST_ROWS = 100_000;
const REAL_ROWS = 300;
const TRAINED = 6;
const ROUNDS = 4;

/** @throws AppError('set-up') where the browser or what drives it is missing; 'stopped'. */
export async function benchPaint(
  { scale, seed, parts = PAINT_PARTS, folder }: WindowBenchOptions,
  call: Call<WindowRow> = {},
): Promise<WindowRow[]> {
  requirePackages();
  return inFolder(folder, async (home) => {
    const sizes = SIZES.filter((side) => side <= Math.max(2048, 16384 * scale));
    const wants = (...some: string[]) => some.some((part) => parts.includes(part));
    const project = async (name: string, pictures: readonly MadeUpPicture[]) =>
      makeProject(join(home, name), pictures, (picture) => announce(call, `Making ${picture} …`));
    const plan = {
      sizes,
      radii: RADII,
      moves: MOVES,
      strokes: Math.max(20, Math.round(STROKES * scale)),
      parts,
      seed,
      paintProject: await project('paint', wants('strokes', 'many') ? paintPictures(sizes, seed) : []),
      switchProject: await project('switch', wants('switch') ? numbered(SWITCHED, 4096, seed) : []),
      pages: Math.max(20, Math.round(PAGES * scale)),
      pageProject: await project(
        'pages',
        wants('paging') ? numbered(Math.max(20, Math.round(PAGES * scale)), 1024, seed) : [],
      ),
      liveRounds: Math.max(1, Math.round(ROUNDS * scale)),
      liveProject: await project('live', wants('suggestions') ? trainPictures(seed) : []),
      trainRounds: Math.max(1, Math.round(ROUNDS * scale)),
      trainProject: await project('train', wants('training') ? trainPictures(seed) : []),
    };
    return drive('bench-paint.mjs', home, plan, call);
  });
}

/** A list of 100,000 images. @throws as `benchPaint`. */
export async function benchList(
  { scale, folder }: WindowBenchOptions,
  call: Call<WindowRow> = {},
): Promise<WindowRow[]> {
  requirePackages();
  return inFolder(folder, async (home) => {
    const rows = Math.max(1000, Math.round(LIST_ROWS * scale));
    await announce(call, `Making a project of ${rows} images …`);
    const project = await makeLongProject(join(home, 'list'), { rows, real: REAL_ROWS });
    return drive('bench-list.mjs', home, { project, rows, real: REAL_ROWS }, call);
  });
}

const paintPictures = (sizes: readonly number[], seed: number): MadeUpPicture[] =>
  sizes.map((sidePx, n) => ({
    name: `${sidePx} px.tif`,
    sidePx,
    bits: sidePx > 8192 ? 8 : 16,
    seed: seed + n,
    labelled: true,
  }));

/** What is painted on has no labels yet; the others are learned from. */
const trainPictures = (seed: number): MadeUpPicture[] => [
  { name: 'painted 4096 px.tif', sidePx: 4096, bits: 16, seed: seed + 200 },
  ...numbered(TRAINED, 1024, seed + 200).map((picture) => ({ ...picture, labelled: true })),
];

const numbered = (pictures: number, sidePx: number, seed: number): MadeUpPicture[] =>
  Array.from({ length: pictures }, (_, n) => ({
    name: `picture ${String(n + 1).padStart(3, '0')}.tif`,
    sidePx,
    bits: 16,
    seed: seed + 100 + n,
  }));

function requirePackages(): void {
  const there = ['scripts/bench-paint.mjs', 'node_modules/playwright-core', 'node_modules/konva'];
  if (!there.every((path) => existsSync(join(packageRoot(), path))))
    throw new AppError(
      'set-up',
      'This benchmark drives a browser with packages that only a checkout for development has: run "npm install" in one.',
    );
  if (!existsSync(join(packageRoot(), 'out', 'renderer', 'index.html')))
    throw new AppError('set-up', 'The page is not built; run "npm run build" in the folder of Brushfield.');
}

async function inFolder<Result>(
  folder: string | undefined,
  work: (home: string) => Promise<Result>,
): Promise<Result> {
  const parent = folder ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const home = await mkdtemp(join(parent, 'brushfield-bench-'));
  try {
    return await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function announce(call: Call<WindowRow>, text: string): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (call.signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
  call.onEvent?.({ kind: 'note', load: 0, text });
}

/** Runs a script with a plan; each line it prints is a figure. */
async function drive(
  script: string,
  home: string,
  plan: object,
  { signal, onEvent }: Call<WindowRow>,
): Promise<WindowRow[]> {
  const planFile = join(home, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  const child = spawn(process.execPath, [join(packageRoot(), 'scripts', script), planFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A first Ctrl+C is ours to pass on.
    detached: true,
  });
  const end = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', end, { once: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const rows: WindowRow[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line) as WindowRow;
    if (row.kind === 'missing') throw new AppError('set-up', String(row['sentence']));
    rows.push(row);
    onEvent?.(row);
  }
  const code = await ended;
  signal?.removeEventListener('abort', end);
  if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
  if (code !== 0) throw new Error(`scripts/${script} ended with ${code}:\n${said}`);
  return rows;
}
