import fc from 'fast-check';
import { expect, test } from 'vitest';
import { perceptualHash } from '../../src-main/pixels/perceptual-hash.js';
import type { PixelImage } from '../../src-main/shared/model.js';

const SIDE = 64;

function grey(pixel: (x: number, y: number) => number): PixelImage {
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, i) => pixel(i % SIDE, Math.floor(i / SIDE)));
  return { width: SIDE, height: SIDE, channels: 1, alpha: false, type: 'float32', data };
}

const picture = (x: number, y: number) =>
  Math.sin(x / 5) * 40 + Math.cos((x + 2 * y) / 7) * 60 + x * y * 0.01;

test('the hash is 64 digits and does not change with gain and offset', () => {
  const hash = perceptualHash(grey(picture));
  expect(hash).toMatch(/^[0-7][0-9a-f]{63}$/);
  const gains = fc.record({ gain: fc.constantFrom(0.25, 0.5, 2, 8), offset: fc.constantFrom(-64, 0, 32) });
  fc.assert(
    fc.property(gains, ({ gain, offset }) => {
      expect(perceptualHash(grey((x, y) => gain * picture(x, y) + offset))).toBe(hash);
    }),
  );
});

test('a lone wave sets the bit of its own frequency', () => {
  // One period across 64 px is the cosine transform's wave 2; its mirror image has the sign turned.
  const wave = (sign: number) => grey((x) => sign * Math.cos((Math.PI * 2 * (x + 0.5)) / SIDE));
  const bits = (image: PixelImage) =>
    BigInt(`0x${perceptualHash(image)!}`)
      .toString(2)
      .padStart(256, '0');
  // Bit 0 is none; then the coarse waves row by row from (0, 1): wave 2 of the first row is the third.
  expect(bits(wave(1))[2]).toBe('1');
  expect(bits(wave(-1))[2]).toBe('0');
});

test('a picture with nothing on it has none, whatever it is filled with', () => {
  for (const value of [0, 7, 65_535, -3, NaN, Infinity]) expect(perceptualHash(grey(() => value))).toBeNull();
});

test('values that are no numbers change only what is around them', () => {
  const hash = perceptualHash(grey((x, y) => (x === 9 && y === 9 ? NaN : picture(x, y))))!;
  const plain = perceptualHash(grey(picture))!;
  const differing = (BigInt(`0x${hash}`) ^ BigInt(`0x${plain}`)).toString(2).replaceAll('0', '').length;
  expect(differing).toBeLessThan(16);
});

test('alpha does not count', () => {
  const { data } = grey(picture);
  const withAlpha: PixelImage = {
    ...grey(picture),
    channels: 2,
    alpha: true,
    data: Float32Array.from({ length: 2 * data.length }, (_, i) => (i % 2 ? (i * 37) % 256 : data[i / 2]!)),
  };
  expect(perceptualHash(withAlpha)).toBe(perceptualHash(grey(picture)));
});
