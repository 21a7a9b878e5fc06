import { expect, test } from 'vitest';
import type { AugmentedCrops, TrainingApi } from '../../../src-main/shared/app-api-training.js';
import { AppError } from '../../../src-main/shared/errors.js';
import { AugmentedCropsShown, cropPixels } from '../../../src-renderer/state/augmented-crops.svelte.js';
import { labelColors } from '../../../src-renderer/state/label-colors.js';

type Asked = Parameters<TrainingApi['previewAugmentation']>[0] & { signal: AbortSignal };

/** Questions wait until the test answers them. */
function place() {
  const asked: (Asked & { answer: (crops: AugmentedCrops | Error) => void })[] = [];
  const shown = new AugmentedCropsShown({
    api: () => ({
      previewAugmentation: (params, call) =>
        new Promise((resolve, reject) => {
          const answer = (crops: AugmentedCrops | Error) =>
            crops instanceof Error ? reject(crops) : resolve(crops);
          asked.push({ ...params, signal: call!.signal!, answer });
        }),
    }),
    choice: () => ({
      ...{ goal: 'fast', structure: 'auto', classes: null, settings: {}, weights: 'none', from: null },
    }),
  });
  return { shown, asked };
}

const crops = (size: number): AugmentedCrops => ({ side: 1, size, crops: [] });

test('a question that is overtaken is ended, and its answer not shown', async () => {
  const { shown, asked } = place();
  const first = shown.show(1);
  const second = shown.show(2);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  asked[1]!.answer(crops(2));
  asked[0]!.answer(crops(1));
  await Promise.all([first, second]);
  expect(shown.crops).toEqual(crops(2));
  expect(shown.busy).toBe(false);
});

test('other crops are those that follow, and stay asked for when settings change', async () => {
  const { shown, asked } = place();
  void shown.show(1);
  void shown.another();
  void shown.show(1);
  expect(asked.map(({ first }) => first)).toEqual([0, 6, 6]);
});

test('what went wrong is said until the next question, and nothing is asked without an image', async () => {
  const { shown, asked } = place();
  const asking = shown.show(1);
  asked[0]!.answer(new AppError('unsupported-image', 'It is too large.'));
  await asking;
  expect([shown.problem, shown.crops]).toEqual(['It is too large.', null]);
  await shown.show(null);
  expect([shown.problem, asked.length]).toEqual([null, 1]);
});

test('labels are laid over their pixels, and void shows the picture', () => {
  const crop = {
    pixels: new Uint8Array([100, 100, 100, 255, 100, 100, 100, 255]),
    labels: new Uint8Array([0, 1]),
  };
  const colors = labelColors([{ value: 1, name: 'cell', color: '#ff0000' }]);
  const [bare, labelled] = cropPixels(crop, colors);
  expect(bare! >>> 0).toBe(0xff646464);
  expect([labelled! & 255, (labelled! >> 8) & 255]).toEqual([162, 60]);
  expect([...cropPixels(crop, null)].map((pixel) => pixel >>> 0)).toEqual([0xff646464, 0xff646464]);
});
