/** Images of one value, as empty fields of view are, have numbers as a network's input like any other. */
import { describe, expect, test } from 'vitest';
import { toInput } from '../../src-main/engine/intensity.js';
import type { PixelImage } from '../../src-main/shared/model.js';

const size = { width: 5, height: 4, channels: 1, alpha: false };

const FLAT: PixelImage[] = [0, 1300].flatMap((value): PixelImage[] => [
  { ...size, type: 'uint8', data: new Uint8Array(20).fill(value) },
  { ...size, type: 'uint16', data: new Uint16Array(20).fill(value) },
  { ...size, type: 'float32', data: new Float32Array(20).fill(value - 0.5) },
]);

describe.each(FLAT)('$type of $data.0', (image) => {
  test.each([
    ['percentile', -1],
    ['z-score', 0],
  ] as const)('is mapped as by %s with any floor: to %d', (intensity, expected) => {
    const { values } = toInput(image, { channels: 'grey', count: 1, intensity });
    expect(new Set(values)).toEqual(new Set([expected]));
  });
});
