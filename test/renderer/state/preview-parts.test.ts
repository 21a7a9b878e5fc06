import { expect, test } from 'vitest';
import { mixed, previewParts } from '../../../src-renderer/state/preview-parts.js';

test('the difference compares labelled pixels only', () => {
  const parts = previewParts(
    {
      image: Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff),
      labels: Uint8Array.of(1, 1, 0),
      predicted: Uint8Array.of(1, 2, 2),
    },
    [
      { value: 1, name: 'a', color: '#ff0000' },
      { value: 2, name: 'b', color: '#00ff00' },
    ],
  );
  const [image, labels, predicted, difference] = parts.map(({ pixels }) => pixels);
  expect(image![2]).toBe(0xffffffff);
  expect([labels![0] === labels![1], labels![2] === image![2]]).toEqual([true, true]);
  expect(predicted![0]).toBe(mixed(0xffffffff, 0xff0000ff, 0.55));
  expect(new Set(difference).size).toBe(3);
});

test('colours are mixed channel by channel and stay opaque', () => {
  expect(mixed(0xff000000, 0xff804020, 0.5)).toBe(0xff402010);
});
