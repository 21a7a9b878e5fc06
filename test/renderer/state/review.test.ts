import { expect, test } from 'vitest';
import type { UncertainTile } from '../../../src-main/shared/app-api-predictions.js';
import { Jobs } from '../../../src-renderer/state/jobs.svelte.js';
import { Notices } from '../../../src-renderer/state/notices.svelte.js';
import { Review } from '../../../src-renderer/state/review.svelte.js';

const tile = (imageId: number, x: number): UncertainTile => ({
  imageId,
  name: `image ${imageId}`,
  x,
  y: 0,
  width: 64,
  height: 64,
  entropy: 0.5,
});

function review(tiles: UncertainTile[]) {
  const opened: number[] = [];
  const accepted: UncertainTile[] = [];
  const excluded: unknown[] = [];
  const never = () => Promise.reject(new Error('not asked for'));
  const made = new Review({
    api: () => ({
      predict: never,
      predictAll: never,
      predictionOf: never,
      acceptPrediction: never,
      uncertainTiles: ({ exclude }) => {
        excluded.push(structuredClone(exclude));
        return Promise.resolve(tiles);
      },
    }),
    jobs: new Jobs(new Notices()),
    open: (id) => opened.push(id),
    accept: (found) => Promise.resolve(accepted.push(found) > 0),
  });
  return { made, opened, accepted, excluded };
}

test('each place is opened in turn; what was done with it is counted, and the number left goes down', async () => {
  const { made, opened, accepted } = review([tile(1, 0), tile(2, 0), tile(1, 64)]);
  await made.start(5);
  expect([made.left, opened]).toEqual([3, [1]]);
  await made.accept();
  made.reject();
  expect([made.left, opened]).toEqual([1, [1, 2, 1]]);
  made.next();
  expect(made.current).toBeNull();
  expect(accepted.map(({ imageId }) => imageId)).toEqual([1]);
  expect([made.count('accepted'), made.count('rejected'), made.count('passed')]).toEqual([1, 1, 1]);
});

test('places that were seen do not come again under the same model, and do under another', async () => {
  const { made, excluded } = review([tile(1, 0), tile(2, 0)]);
  await made.start(5);
  made.reject();
  await made.start(5);
  await made.start(6);
  expect(excluded).toEqual([[], [{ imageId: 1, x: 0, y: 0 }], []]);
});

test('going back forgets what was said of the place', async () => {
  const { made } = review([tile(1, 0), tile(2, 0)]);
  await made.start(5);
  made.reject();
  made.back();
  expect([made.at, made.count('rejected'), made.left]).toEqual([0, 0, 2]);
});
