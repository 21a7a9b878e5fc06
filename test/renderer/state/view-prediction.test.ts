import { expect, test } from 'vitest';
import type { PartRect } from '../../../src-main/shared/app-api-predictions.js';
import { Notices } from '../../../src-renderer/state/notices.svelte.js';
import { partInView, ViewPrediction } from '../../../src-renderer/state/view-prediction.svelte.js';

const IMAGE = { width: 5000, height: 3000 };

test('what is predicted are whole tiles around the middle of the view, at most two by two, inside the image', () => {
  expect(partInView({ x: 600, y: 700, width: 300, height: 200 }, IMAGE)).toEqual({
    x: 512,
    y: 512,
    width: 512,
    height: 512,
  });
  expect(partInView({ x: 400, y: 0, width: 300, height: 200 }, IMAGE)).toEqual({
    x: 0,
    y: 0,
    width: 1024,
    height: 512,
  });
  expect(partInView({ x: 4900, y: 2900, width: 100, height: 100 }, IMAGE)).toEqual({
    ...{ x: 4608, y: 2560, width: 392, height: 440 },
  });
  for (const view of [
    { x: 0, y: 0, width: 5000, height: 3000 },
    { x: 1111, y: 900, width: 1500, height: 1300 },
  ]) {
    const part = partInView(view, IMAGE);
    expect([part.width, part.height]).toEqual([1024, 1024]);
    const middle = { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    expect(part.x <= middle.x && middle.x <= part.x + 1024).toBe(true);
    expect(part.y <= middle.y && middle.y <= part.y + 1024).toBe(true);
  }
});

test('a part is asked for once, cut into tiles, and forgotten with the image', async () => {
  const asked: PartRect[] = [];
  const value = (x: number, y: number) => (x + 3 * y) % 251;
  const view = new ViewPrediction({
    notices: new Notices(),
    api: () => ({
      predictPart: ({ rect }) => {
        asked.push(rect);
        const labels = Uint8Array.from({ length: rect.width * rect.height }, (_, i) =>
          value(rect.x + (i % rect.width), rect.y + Math.floor(i / rect.width)),
        );
        return Promise.resolve({ ...rect, labels, confidence: labels.map((one) => 255 - one) });
      },
    }),
  });
  view.on = true;
  view.begin({ imageId: 1, run: 2, width: 1300, height: 600 });
  const came = async (version: number) => {
    while (view.version < version) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  view.look({ x: 500, y: 100, width: 400, height: 450 });
  await came(1);
  expect(asked).toEqual([{ x: 0, y: 0, width: 1024, height: 600 }]);
  const tile = view.source!.get({ level: 0, ty: 1, tx: 1 })!;
  expect([tile.width, tile.height]).toEqual([512, 88]);
  expect(tile.values[5 * 512 + 7]).toBe(value(512 + 7, 512 + 5));
  expect(tile.confidence[5 * 512 + 7]).toBe(255 - value(512 + 7, 512 + 5));
  expect(view.source!.get({ level: 0, ty: 0, tx: 2 })).toBeUndefined();
  view.look({ x: 600, y: 100, width: 100, height: 100 });
  view.look({ x: 1250, y: 100, width: 50, height: 100 });
  await came(2);
  expect(asked).toEqual([asked[0], { x: 1024, y: 0, width: 276, height: 512 }]);
  view.end();
  expect(view.source).toBeNull();
});
