import { describe, expect, test } from 'vitest';
import { cutTile, tilesOf } from '../../src-main/shared/mask.js';
import { randomFor } from '../../src-main/shared/random.js';
import { orderClasses, removeClass } from '../../src-main/store/class-steps.js';
import { redo, saveTiles, undo } from '../../src-main/store/edits.js';
import { checkIntegrity } from '../../src-main/store/integrity.js';
import { saveMask } from '../../src-main/store/masks.js';
import { confirmPixels } from '../../src-main/store/confirm-pixels.js';
import { modelPixels, modelPlane } from '../../src-main/store/model-pixels.js';
import type { Store } from '../../src-main/store/open.js';
import { redoProject, undoProject } from '../../src-main/store/project-history.js';
import { mend } from '../../src-main/store/repair.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { paintAll, pixels, project } from './labelled-project.js';

const [WIDTH, HEIGHT] = [600, 520];
const SIZE = WIDTH * HEIGHT;
const NOTHING = new Uint8Array(SIZE);

/** Labels and whose they are, kept pixel by pixel as the plainest program would. */
interface Told {
  labels: Uint8Array;
  model: Uint8Array;
}

function paint(store: Store, imageId: number, told: Told, author: 'person' | 'model', seed: number): Told {
  const random = randomFor(seed, 3);
  const [x0, y0] = [random.integer(500), random.integer(440)];
  const [x1, y1] = [x0 + 20 + random.integer(250), y0 + 20 + random.integer(200)];
  const value = random.integer(4);
  const labels = told.labels.slice();
  const model = told.model.slice();
  for (let y = y0; y < Math.min(y1, HEIGHT); y++)
    for (let x = x0; x < Math.min(x1, WIDTH); x++) {
      const i = y * WIDTH + x;
      if (labels[i] === value) continue;
      labels[i] = value;
      model[i] = author === 'model' && value !== 0 ? 1 : 0;
    }
  const map = { width: WIDTH, height: HEIGHT, data: labels };
  const tiles = tilesOf(WIDTH, HEIGHT).map((rect) => ({
    ...{ ty: rect.ty, tx: rect.tx },
    bytes: packTile(cutTile(map, rect)),
  }));
  saveTiles(store, { imageId, title: 'Brush', author, tiles });
  return { labels, model };
}

const seen = (store: Store, imageId: number): Told => ({
  labels: pixels(store, imageId)?.slice() ?? NOTHING,
  model: modelPlane(store, imageId) ?? NOTHING,
});

/** As `toEqual`, which takes long for as many numbers. */
function expectTold(found: Told, { labels, model }: Told): void {
  expect(Buffer.compare(found.labels, labels)).toBe(0);
  expect(Buffer.compare(found.model, model)).toBe(0);
}

describe('the origin of labels', () => {
  test('follows many edits by people and models, all undone and redone, pixel by pixel', async () => {
    const { store, ids } = project();
    const states: Told[] = [{ labels: NOTHING, model: NOTHING }];
    for (let n = 0; n < 24; n++) {
      const next = paint(store, ids[0]!, states.at(-1)!, n % 3 === 0 ? 'person' : 'model', n);
      if (Buffer.compare(next.labels, states.at(-1)!.labels) !== 0) states.push(next);
      expectTold(seen(store, ids[0]!), next);
      expect(modelPixels(store, ids[0]!).pixels).toBe(next.model.reduce((sum, one) => sum + one, 0));
    }
    for (const state of states.slice(0, -1).toReversed()) {
      undo(store, ids[0]!);
      expectTold(seen(store, ids[0]!), state);
    }
    for (const state of states.slice(1)) {
      redo(store, ids[0]!);
      expectTold(seen(store, ids[0]!), state);
    }
    expect((await checkIntegrity(store)).problems).toEqual([]);
  });

  test('costs nothing where only people paint and import', () => {
    const { store, ids } = project();
    paint(store, ids[0]!, { labels: NOTHING, model: NOTHING }, 'person', 1);
    saveMask(store, ids[1]!, { width: WIDTH, height: HEIGHT, data: NOTHING.map((_, i) => i % 3) });
    expect(store.sql('select count(*) as n from model_tile').get()).toEqual({ n: 0 });
    expect(store.sql('select count(*) as n from edit_tile where model_bytes is not null').get()).toEqual({
      n: 0,
    });
  });

  test('is a person’s after an import of other labels, and stays where they are the same', () => {
    const { store, ids } = project();
    const told = paint(store, ids[0]!, { labels: NOTHING, model: NOTHING }, 'model', 2);
    const data = told.labels.map((label, i) => (i % 2 ? label : 1));
    saveMask(store, ids[0]!, { width: WIDTH, height: HEIGHT, data });
    expect(seen(store, ids[0]!).model).toEqual(
      told.model.map((one, i) => (data[i] === told.labels[i] ? one : 0)),
    );
    undo(store, ids[0]!);
    expectTold(seen(store, ids[0]!), told);
  });

  test('stays with the pixels when classes are moved or removed, there and back', async () => {
    const { store, ids } = project();
    let told: Told = { labels: NOTHING, model: NOTHING };
    for (let n = 0; n < 6; n++) told = paint(store, ids[0]!, told, n % 2 ? 'person' : 'model', 40 + n);
    await orderClasses(store, [3, 1, 2], 'Order');
    expect(seen(store, ids[0]!).model).toEqual(told.model);
    await removeClass(store, { value: 2, replaceBy: 0 }, 'Remove');
    const left = seen(store, ids[0]!);
    expect(left.model).toEqual(told.model.map((one, i) => (left.labels[i] === 0 ? 0 : one)));
    expect(left.model.some((one) => one === 1)).toBe(true);
    undoProject(store);
    undoProject(store);
    expectTold(seen(store, ids[0]!), told);
    redoProject(store);
    redoProject(store);
    expectTold(seen(store, ids[0]!), left);
  });

  test('becomes a person’s who confirms it, in part or all, and undo takes that back', () => {
    const { store, ids } = project();
    const told = paint(store, ids[0]!, { labels: NOTHING, model: NOTHING }, 'model', 6);
    const at = told.model.indexOf(1);
    const rect = { x: at % WIDTH, y: Math.floor(at / WIDTH), width: 40, height: 10 };
    const confirm = (area: typeof rect | null, expectedVersion: number) =>
      confirmPixels(store, { imageId: ids[0]!, title: 'Confirm', rect: area, expectedVersion });
    expect(confirm(rect, 1)?.version).toBe(2);
    const inside = (i: number) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      return x >= rect.x && x < rect.x + 40 && y >= rect.y && y < rect.y + 10;
    };
    const part = told.model.map((one, i) => (inside(i) ? 0 : one));
    expectTold(seen(store, ids[0]!), { labels: told.labels, model: part });
    expect(() => confirm(null, 1)).toThrow('changed elsewhere');
    expect(confirm(rect, 2)).toBeNull();
    expect(confirm(null, 2)?.version).toBe(3);
    expectTold(seen(store, ids[0]!), { labels: told.labels, model: NOTHING });
    undo(store, ids[0]!);
    undo(store, ids[0]!);
    expectTold(seen(store, ids[0]!), told);
    redo(store, ids[0]!);
    expect(seen(store, ids[0]!).model).toEqual(part);
  });

  test('that is damaged is found, and mended as painted by people; labels stay', async () => {
    const { store, ids } = project();
    const told = paint(store, ids[0]!, { labels: NOTHING, model: NOTHING }, 'model', 6);
    paintAll(store, ids[1]!, 1);
    store.sql(`update model_tile set bytes = x'00'`).run();
    const { problems } = await checkIntegrity(store);
    expect(new Set(problems.map(({ kind }) => kind))).toEqual(new Set(['origin']));
    expect(mend(store, problems)[0]).toContain('they count as painted by people');
    expect((await checkIntegrity(store)).problems).toEqual([]);
    expectTold(seen(store, ids[0]!), { labels: told.labels, model: NOTHING });
  });
});
