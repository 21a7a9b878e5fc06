import { expect, it } from 'vitest';
import { differencesFrom, seenIn } from '../../src-main/core/passport.js';

const seen = seenIn([
  { channels: 1, type: 'uint8', pixelSizeUm: 0.5 },
  { channels: 2, type: 'uint8', pixelSizeUm: 0.6 },
  { channels: 1, type: 'uint8', pixelSizeUm: null },
]);

it('what was seen leaves alpha out and spans the pixel sizes', () => {
  expect(seen).toEqual({ channels: [1], types: ['uint8'], pixelSizeUm: [0.5, 0.6] });
});

it('an image of the same kind differs in nothing', () => {
  expect(differencesFrom(seen, { channels: 1, type: 'uint8', pixelSizeUm: 0.55 })).toEqual([]);
  expect(differencesFrom(seen, { channels: 2, type: 'uint8', pixelSizeUm: null })).toEqual([]);
});

it('another number of channels, depth and pixel size are each named', () => {
  expect(differencesFrom(seen, { channels: 4, type: 'uint16', pixelSizeUm: 2 })).toEqual([
    'it has 3 channels, and the training images had 1',
    'its pixels are uint16, and those of the training images were uint8',
    'its pixel size is 2 µm, and the training images had 0.5 µm to 0.6 µm',
  ]);
});
