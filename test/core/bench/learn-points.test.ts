import { describe, expect, test } from 'vitest';
import {
  limitOf,
  parseBudgets,
  parseLabels,
  parseMethods,
  parseParts,
} from '../../../src-main/core/bench/learn-plan.js';
import {
  figuresOf,
  LEARN_HEADER,
  learnPointsIn,
  linesOf,
  type LearnPoint,
} from '../../../src-main/core/bench/learn-points.js';

const figure = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });
const point: LearnPoint = {
  ...{
    data: 'discs, bright',
    labels: '3@2',
    part: 'test',
    method: 'unet-quick:ema=0',
    budget: '30s',
    seed: 2,
  },
  classes: ['a "b"', 'mean'].map((name, i) => ({
    name,
    dice: figure(0.8 + i / 20),
    iou: figure(0.7 + i / 20),
  })),
  ...{ softMacroDice: 0.88, steps: 208, seconds: 30.25, msPerMegapixel: 412.5, images: [] },
};

describe('points of bench learn', () => {
  test('come back from their lines, the later of two, and half a point counts not at all', () => {
    const again = { ...point, steps: 210 };
    const other = linesOf({ ...point, seed: 3 });
    const half = other.slice(0, other.indexOf('\n') + 1);
    const [found, ...rest] = learnPointsIn(LEARN_HEADER + linesOf(point) + linesOf(again) + half);
    expect(rest).toEqual([]);
    expect(found).toEqual({ ...again, classes: again.classes.map(rounded) });
    expect(learnPointsIn(LEARN_HEADER + linesOf({ ...point, softMacroDice: NaN }))).toHaveLength(1);
  });

  test('have pooled figures within intervals over images', () => {
    const confusions = [
      [
        [8, 2],
        [1, 9],
      ],
      [
        [5, 5],
        [0, 10],
      ],
      [
        [9, 1],
        [2, 8],
      ],
      [
        [10, 0],
        [0, 10],
      ],
    ];
    const [first, second, mean] = figuresOf(confusions, ['a', 'b']);
    // 32 hits of 40 labelled and 35 found pixels.
    expect(first!.dice.value).toBeCloseTo(64 / 75, 12);
    expect(second!.iou.value).toBeCloseTo(37 / 48, 12);
    expect(mean).toMatchObject({ name: 'mean' });
    expect(mean!.iou.value).toBeCloseTo((32 / 43 + 37 / 48) / 2, 12);
    for (const { dice, iou } of [first!, second!, mean!])
      for (const { value, low, high } of [dice, iou]) {
        expect(low).toBeLessThan(value);
        expect(high).toBeGreaterThan(value);
      }
  });
});

const rounded = ({ name, dice, iou }: LearnPoint['classes'][number]) => {
  const round = (one: typeof dice) =>
    Object.fromEntries(Object.entries(one).map(([key, value]) => [key, Number(value.toFixed(5))]));
  return { name, dice: round(dice), iou: round(iou) };
};

describe('the plan of bench learn', () => {
  test('reads amounts, budgets, methods and parts', () => {
    expect(parseLabels('all,3@2')).toEqual([
      { name: 'all', images: null, share: 1 },
      { name: '3@2', images: 3, share: 0.02 },
    ]);
    const [quick, changed] = parseMethods('unet-quick,unet-mini:ema=0.9+lr=1e-4');
    const limits = parseBudgets('30s,4min,90steps,~1min').map((budget) => limitOf(budget, quick!));
    expect(limits).toEqual([{ minutes: 0.5 }, { minutes: 4 }, { steps: 90 }, { steps: 416 }]);
    expect(changed!.set).toMatchObject({ network: 'unet-mini', ema: '0.9', lr: '1e-4', intensity: 'auto' });
    expect(parseParts('fold:2/5')).toMatchObject([{ kind: 'fold', index: 2, count: 5 }]);
    expect(parseParts('interleaved/3').map(({ name }) => name)).toEqual(
      [1, 2, 3].map((k) => `interleaved:${k}/3`),
    );
    const [planned] = parseMethods('unet-quick:plan+ema=0.9');
    expect(planned).toMatchObject({ planned: true, set: { ema: '0.9' } });
  });

  test.each([
    [() => parseLabels('3@0'), '--labels takes'],
    [() => parseBudgets('~90steps'), '--budgets takes'],
    [() => parseMethods('svm'), 'There is no method "svm"'],
    [() => parseMethods('unet-quick:ema'), 'is neither setting=value'],
    [() => parseParts('fold:6/5'), '--part takes'],
  ])('refuses what it cannot read (%#)', (read, sentence) => {
    expect(read).toThrow(sentence);
  });
});
