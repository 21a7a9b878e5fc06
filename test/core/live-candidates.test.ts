import { expect, test } from 'vitest';
import { learnedCounts } from '../../src-main/core/learned-labels.js';
import { LiveCandidates } from '../../src-main/core/live-candidates.js';
import { Candidates, MOST_PIXELS, rankLimits, samplePixels } from '../../src-main/shared/label-sample.js';
import { cutTile, tilesOf } from '../../src-main/shared/mask.js';
import { randomFor } from '../../src-main/shared/random.js';
import { confirmPixels } from '../../src-main/store/confirm-pixels.js';
import { redo, saveTiles, undo } from '../../src-main/store/edits.js';
import { layerVersions } from '../../src-main/store/layers.js';
import { modelPlane } from '../../src-main/store/model-pixels.js';
import type { Store } from '../../src-main/store/open.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { pixels, project } from '../store/labelled-project.js';

const [WIDTH, HEIGHT] = [600, 520];
const CLASSES = [1, 2, 3];
const SEED = 7;

function paint(store: Store, imageId: number, seed: number): void {
  const random = randomFor(seed, 4);
  const data = pixels(store, imageId)?.slice() ?? new Uint8Array(WIDTH * HEIGHT);
  const [x0, y0] = [random.integer(500), random.integer(440)];
  const [x1, y1] = [
    Math.min(WIDTH, x0 + 20 + random.integer(250)),
    Math.min(HEIGHT, y0 + 20 + random.integer(250)),
  ];
  // Now and then rubbed out again, over a large part.
  const value = random.integer(4);
  for (let y = y0; y < y1; y++) data.fill(value, y * WIDTH + x0, y * WIDTH + x1);
  const tiles = tilesOf(WIDTH, HEIGHT).map((rect) => ({
    ...{ ty: rect.ty, tx: rect.tx },
    bytes: packTile(cutTile({ width: WIDTH, height: HEIGHT, data }, rect)),
  }));
  saveTiles(store, { imageId, title: 'Brush', author: random.chance(0.3) ? 'model' : 'person', tiles });
}

function imagesOf(store: Store, ids: readonly number[]) {
  const counts = learnedCounts(store, { classes: null, paintedOnly: true });
  const versions = layerVersions(store);
  return ids.map((id) => ({ id, version: versions.get(id) ?? 0, pixelsByValue: counts.get(id) ?? [] }));
}

const versionOf = (store: Store, id: number): number => layerVersions(store).get(id) ?? 0;

/** Of every labelled pixel, all of which are offered. */
function fromAll(store: Store, ids: readonly number[]) {
  const limits = rankLimits([]);
  const parts = ids.map((image) => {
    const own = new Candidates({ image, seed: SEED, limits });
    const model = modelPlane(store, image);
    pixels(store, image)?.forEach((value, place) => value && model?.[place] !== 1 && own.offer(value, place));
    return [own];
  });
  return samplePixels(parts, { classes: CLASSES, limits });
}

test('after any edits the sample is that of all labelled pixels, whatever was read before', async () => {
  const { store, ids } = project(['a.png', 'b.png']);
  const kept = new LiveCandidates(SEED);
  const random = randomFor(1);
  let full = 0;
  for (let round = 0; round < 24; round++) {
    const id = ids[random.integer(2)]!;
    if (round % 8 === 5) undo(store, id);
    else if (round % 8 === 6) redo(store, id);
    else if (round % 8 === 7) {
      const rect = { x: 0, y: 0, width: 300, height: HEIGHT };
      confirmPixels(store, { imageId: id, title: 'Confirm', rect, expectedVersion: versionOf(store, id) });
    } else paint(store, id, round);
    const images = imagesOf(store, ids);
    const sampled = await kept.sample(store, { images, classes: CLASSES });
    expect(sampled).toEqual(fromAll(store, ids));
    const count = sampled.reduce((sum, { places }) => sum + places.length, 0);
    expect(count).toBeLessThanOrEqual(MOST_PIXELS);
    if (count === MOST_PIXELS) full++;
  }
  expect(full).toBeGreaterThan(5);
});
