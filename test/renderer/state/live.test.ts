import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveApi, LivePlace, LiveState } from '../../../src-main/shared/app-api-live.js';
import { AppError } from '../../../src-main/shared/errors.js';
import { LiveSuggestions } from '../../../src-renderer/state/live.svelte.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const LEARNED: LiveState = {
  ...{ complete: false, fitted: true, images: 1, fitMs: 1, leftOut: [] },
  perClass: [{ value: 1, pixels: 9 }],
};
const at = (tiles: readonly LivePlace[]) => tiles.map(({ x, y }) => `${x / 512},${y / 512}`);

/** On an image of 10 × 10 tiles; `asked` has the tiles of each call. */
function suggestions(answer: () => Promise<LiveState> = () => Promise.resolve(LEARNED)) {
  const asked: string[][] = [];
  const signals: AbortSignal[] = [];
  const stored: Record<string, unknown> = {};
  const live = new LiveSuggestions({
    api: () =>
      ({
        liveSuggest: async ({ tiles }, call) => {
          asked.push(at(tiles));
          if (call?.signal) signals.push(call.signal);
          call?.onEvent?.({ kind: 'read', done: 1, total: 3, name: 'b.tif' });
          const told = await answer();
          const plane = new Uint8Array(1);
          for (const place of tiles)
            call?.onEvent?.({
              kind: 'tile',
              ...{ ...place, width: 1, height: 1 },
              ...{ labels: plane, confidence: plane, entropy: plane },
            });
          return told;
        },
        endLive: async () => undefined,
      }) as Partial<LiveApi> as LiveApi,
    jobs: null as never,
    notices: null as never,
    preferences: {
      get: (name, fallback) => (stored[name] ?? fallback) as typeof fallback,
      set: (name, value) => void (stored[name] = value),
    },
    ...{ editor: () => null, hasModel: () => false, open: () => undefined, onAccepted: () => undefined },
  });
  live.follow({ id: 7, width: 5120, height: 5120 });
  return { live, asked, signals };
}

const rest = () => vi.advanceTimersByTimeAsync(500);
const view = (column: number) => ({ x: 512 * column, y: 1024, width: 1536, height: 1536 });

test('a view that moves a little asks for what is new, and keeps what it shows', async () => {
  const { live, asked } = suggestions();
  live.looksAt(view(3));
  await rest();
  expect(asked[0]).toHaveLength(64);
  expect(asked[0]![0]).toBe('4,3');
  for (let column = 4; column < 7; column++) {
    live.looksAt(view(column));
    await rest();
    for (let tx = column; tx < column + 3; tx++)
      for (let ty = 2; ty < 5; ty++)
        expect(live.source!.get({ level: 0, ty, tx }), `${tx},${ty}`).toBeDefined();
  }
  expect(asked.slice(1).every((tiles) => tiles.length < 20)).toBe(true);
});

test('a stroke asks for all of it again and calls the older question off', async () => {
  let release: () => void = () => undefined;
  const { live, asked, signals } = suggestions(
    () => new Promise((resolve) => (release = () => resolve(LEARNED))),
  );
  live.looksAt(view(0));
  await rest();
  expect(live.reading).toMatchObject({ done: 1, total: 3 });
  live.labelsChanged();
  await rest();
  expect(asked.map((tiles) => tiles.length)).toEqual([64, 64]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  release();
  await rest();
  expect([live.has(7), live.working]).toEqual([true, false]);
});

test('without an engine they are off until somebody wants them again, and nothing pops up', async () => {
  const { live, asked } = suggestions(() => Promise.reject(new AppError('set-up', 'No TensorFlow.')));
  live.looksAt(view(0));
  await rest();
  expect([live.problem, live.on, asked.length]).toEqual(['No TensorFlow.', false, 1]);
  live.toggle();
  expect([live.problem, live.on]).toEqual([null, true]);
});
