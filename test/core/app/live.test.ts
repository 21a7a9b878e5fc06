/** Suggestions from a window's strokes, with the real engine: what they cover, what they learn from, taking them over. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { LiveState, LiveTile } from '../../../src-main/shared/app-api-live.js';
import { decodeRuns } from '../../../src-main/shared/mask.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { packTile } from '../../../src-main/store/tile-runs.js';
import { writePng } from '../temporary-project.js';
import { temporaryApp, type Window } from './windows.js';

const WIDTH = 560;
const HEIGHT = 96;
const [GROUND, CELL] = [1, 2];
const PLACES = [
  { x: 512, y: 0 },
  { x: 0, y: 0 },
];

const inCell = (x: number, y: number) => Math.hypot((x % 56) - 28, (y % 48) - 24) < 14;

/** Two pictures of noisy bright cells over two tiles; nothing is labelled. */
async function cells() {
  const app = temporaryApp();
  const window = app.openWindow();
  const folder = join(app.folder, 'cells.brushfield');
  await window.api.createProject({ folder, classes: ['ground', 'cell'] });
  const paths = [1, 2].map((seed) => {
    const random = randomFor(seed, 5);
    const pixel = (x: number, y: number) => (inCell(x, y) ? 150 : 70) + random.integer(40);
    return writePng(join(app.folder, 'images', `cells${seed}.png`), pixel, { width: WIDTH, height: HEIGHT });
  });
  const { ids } = await window.api.addImages({ paths });
  return { app, window, first: ids[0]!, second: ids[1]! };
}

/** Short strokes through cells and between them, all in the left tile. */
function strokes(count: number): Uint8Array {
  const labels = new Uint8Array(512 * HEIGHT);
  for (let stroke = 0; stroke < count; stroke++) {
    const left = 56 * (stroke >> 1) + (stroke % 2 ? 50 : 18);
    for (let x = left; x < left + 20; x++) labels[24 * 512 + x] = inCell(x, 24) ? CELL : GROUND;
  }
  return labels;
}

async function paint(
  { api }: Window,
  imageId: number,
  labels: Uint8Array,
  author: 'person' | 'model' = 'person',
) {
  const { version } = await api.openImage({ id: imageId }).then(async () => api.modelPixels({ imageId }));
  const tiles = [{ ty: 0, tx: 0, bytes: packTile(labels) }];
  return api.saveEdit({ imageId, title: 'Brush', author, baseVersion: version, tiles });
}

interface Suggested {
  state: LiveState;
  tiles: LiveTile[];
  /** Images that were read, as they were told. */
  read: string[];
}

async function suggested({ api }: Window, imageId: number): Promise<Suggested> {
  const tiles: LiveTile[] = [];
  const read: string[] = [];
  const state = await api.liveSuggest(
    { imageId, tiles: PLACES },
    {
      onEvent: (event) => {
        if (event.kind === 'tile') tiles.push(event);
        else read.push(`${event.name} ${event.done + 1}/${event.total}`);
      },
    },
  );
  return { state, tiles, read };
}

/** Intersection over union of what is suggested as cells. */
function iou(tiles: readonly LiveTile[]): number {
  let [both, either] = [0, 0];
  for (const { x, y, width, labels } of tiles)
    labels.forEach((value, at) => {
      const truth = inCell(x + (at % width), y + Math.floor(at / width));
      both += Number(truth && value === CELL);
      either += Number(truth || value === CELL);
    });
  return both / either;
}

/** Mean doubt of places of 32² px, 0 … 1. */
const placesOf = (tiles: readonly LiveTile[]): number[] =>
  tiles.flatMap(({ width, height, entropy }) =>
    Array.from({ length: Math.floor(width / 32) * (height / 32) }, (_, place) => {
      const [left, top] = [
        (place % Math.floor(width / 32)) * 32,
        Math.floor(place / Math.floor(width / 32)) * 32,
      ];
      let sum = 0;
      for (let y = top; y < top + 32; y++)
        for (let x = left; x < left + 32; x++) sum += entropy[y * width + x]!;
      return sum / 255 / 32 ** 2;
    }),
  );

/** Label values of the left tile. */
async function labelled({ api }: Window, imageId: number): Promise<Uint8Array> {
  const range = { ty0: 0, ty1: 0, tx0: 0, tx1: 0 };
  const [tile] = (await api.loadTiles({ imageId, level: 0, range })).tiles;
  return tile ? decodeRuns(inflateRawSync(tile.bytes!), 512 * HEIGHT) : new Uint8Array(512 * HEIGHT);
}

const killEngine = () => execFileSync('pkill', ['-KILL', '-P', String(process.pid), '-f', 'engine\\.js']);

test('strokes become suggestions for every image, which are taken over, undone, and not learned from', async () => {
  const { window, first, second } = await cells();
  await paint(window, first, strokes(1));
  const waiting = await suggested(window, first);
  expect(waiting).toMatchObject({ state: { fitted: false, images: 1 }, tiles: [] });
  const accept = { imageId: second, classes: null, minConfidence: 0, replace: false, baseVersion: 0 };
  const image = { ...accept, region: { kind: 'image' } as const };
  await expect(window.api.acceptSuggestion(image)).rejects.toThrow('at least two classes');

  await paint(window, first, strokes(10));
  const own = await suggested(window, first);
  expect(own.state).toMatchObject({ fitted: true, images: 1, leftOut: [] });
  expect(own.state.perClass.every(({ pixels }) => pixels > 40)).toBe(true);
  expect(own.tiles.map(({ x, width, height }) => [x, width, height])).toEqual([
    [512, 48, HEIGHT],
    [0, 512, HEIGHT],
  ]);
  expect(iou(own.tiles)).toBeGreaterThan(0.6);
  const other = await suggested(window, second);
  expect(iou(other.tiles)).toBeGreaterThan(0.6);
  expect(other.state).toEqual(own.state);

  const next = await window.api.nextToLabel({ imageId: null, exclude: [] });
  // Of all places of 32² in both images the one of most doubt where nothing is labelled.
  const doubts = [own, other].flatMap(({ tiles }) => placesOf(tiles));
  expect(next!.entropy).toBeCloseTo(Math.max(...doubts), 1);
  const { imageId, x, y } = next!;
  const after = await window.api.nextToLabel({ imageId: null, exclude: [{ imageId, x, y }] });
  expect(after).not.toEqual(next);

  const shown = other.tiles[1]!;
  const sure = await window.api.acceptSuggestion({ ...image, minConfidence: 0.9 });
  expect(sure).toMatchObject({ title: 'Accept suggestion', version: 1 });
  const expected = shown.labels.map((value, at) => (shown.confidence[at]! >= 0.9 * 255 ? value : 0));
  expect(Buffer.compare(await labelled(window, second), expected)).toBe(0);
  expect((await window.api.modelPixels({ imageId: second })).pixels).toBe(sure!.labelledPixels);
  // Learned from are the same pixels as before.
  expect((await suggested(window, second)).state.perClass).toEqual(own.state.perClass);
  const again = await window.api.acceptSuggestion({
    ...image,
    baseVersion: 1,
    region: { kind: 'object', x: 28, y: 24 },
  });
  expect(again!.labelledPixels).toBeGreaterThan(sure!.labelledPixels);
  await window.api.undo({ imageId: second });
  await window.api.undo({ imageId: second });
  expect((await labelled(window, second)).some(Boolean)).toBe(false);

  const full = strokes(0).fill(GROUND);
  for (const [tx, bytes] of [full, full.slice(0, 48 * HEIGHT)].map(packTile).entries())
    await window.api.saveEdit({
      ...{ imageId: second, title: 'Fill', author: 'person', tiles: [{ ty: 0, tx, bytes }] },
      baseVersion: (await window.api.modelPixels({ imageId: second })).version,
    });
  expect(await suggested(window, second)).toMatchObject({ state: { complete: true }, tiles: [] });
  await window.api.endLive({});
  // Forgotten, so both are read again: the one that is open first.
  expect((await suggested(window, first)).read).toEqual([
    expect.stringMatching(/ 1\/2$/),
    expect.stringMatching(/ 2\/2$/),
  ]);
  expect((await suggested(window, first)).read).toEqual([]);
  await window.api.endLive({});
});

test('a newer call ends an older one, and an engine that dies is told everything again', async () => {
  const { window, first } = await cells();
  await paint(window, first, strokes(10));
  const older = suggested(window, first);
  const newer = suggested(window, first);
  await expect(older).rejects.toMatchObject({ code: 'stopped' });
  const before = iou((await newer).tiles);
  expect(before).toBeGreaterThan(0.6);
  killEngine();
  expect(iou((await suggested(window, first)).tiles)).toBeCloseTo(before, 1);
  const while_ = suggested(window, first);
  killEngine();
  expect(iou((await while_).tiles)).toBeCloseTo(before, 1);
  await expect(window.api.liveSuggest({ imageId: first, tiles: [{ x: 1024, y: 0 }] })).rejects.toMatchObject({
    code: 'usage',
  });
});
