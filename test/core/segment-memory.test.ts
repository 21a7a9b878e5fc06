/** What an image takes as a whole, and what is refused before it is allocated. */
import { describe, expect, test } from 'vitest';
import { bytesOfWhole, goesInParts, requireWholeFits } from '../../src-main/core/segment-memory.js';

const HUGE = { width: 16_384, height: 16_384, channels: 3, type: 'uint8' } as const;
const SMALL = { ...HUGE, width: 1000, height: 1000 };
const MODEL = {
  classes: [1, 2, 3].map((value) => ({ value, name: `class ${value}`, color: '#ff0000' })),
  input: { channels: 'rgb', count: 3, intensity: 'z-score' },
} as const;
const model = { ...MODEL, classes: [...MODEL.classes] };
const GB = 1e9;

describe('an image', () => {
  test('of a million pixels in colour takes 46 MB with three classes, and more with what is written', () => {
    expect(bytesOfWhole(SMALL, model)).toBe(46e6);
    expect(bytesOfWhole(SMALL, model, { overlay: true })).toBe(54e6);
    expect(bytesOfWhole(SMALL, model, { probabilities: true })).toBe(82e6);
  });

  test('goes in parts where it is large or memory is short, whatever the network, but for an overlay', () => {
    expect(goesInParts(HUGE, model, {}, 100 * GB)).toBe(true);
    expect(goesInParts(HUGE, model, { probabilities: true }, 100 * GB)).toBe(true);
    expect(goesInParts(SMALL, model, {}, GB)).toBe(false);
    expect(goesInParts(SMALL, model, {}, GB / 25)).toBe(true);
    expect(goesInParts(HUGE, model, { overlay: true }, GB)).toBe(false);
  });

  test('that must be whole is refused with what it takes and what there is, and taken where it fits', () => {
    const ask = (budget: number) => () =>
      requireWholeFits(HUGE, model, { overlay: true, remedy: 'leave the overlay out' }, budget);
    expect(ask(20 * GB)).not.toThrow();
    expect(ask(4 * GB)).toThrow(
      'It is 16384 × 16384 px, which takes about 14,496 MB of memory as a whole, and 4,000 MB may be used; leave the overlay out.',
    );
  });
});
