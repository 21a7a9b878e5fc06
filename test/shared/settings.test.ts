import { describe, expect, test } from 'vitest';
import { SETTINGS, type SettingDefinition, type Settings } from '../../src-main/shared/settings.js';
import { lossNameOf } from '../../src-main/shared/settings-recipes.js';
import { defaultSettings, resolveSettings } from '../../src-main/shared/settings-values.js';

const refused = (message: RegExp) => ({ code: 'usage', message: expect.stringMatching(message) as string });
const resolving = (given: Record<string, string | number | boolean>) => () => resolveSettings(given);

test.each([
  ['warmUp', 'warmup'],
  ['Batch', 'batch'],
  ['learningRate', 'lr'],
  ['flipHorizontl', 'flipHorizontal'],
  ['steps_per_epoch', 'stepsPerEpoch'],
  ['scale-mode', 'scaleMode'],
  ['toString', '.*'],
])('an unknown name, %s, is refused with the nearest one', (name, nearest) => {
  expect(resolving({ [name]: 1 })).toThrow(
    expect.objectContaining(
      refused(new RegExp(`no setting "${name}"; did you mean "(${nearest})"`)),
    ) as Error,
  );
});

test.each([
  [{ batch: 0 }, /^batch must be a whole number from 1 to 256, and "0" is not/],
  [{ batch: 2.5 }, /^batch must be a whole number/],
  [{ lr: '' }, /^lr must be a number from 1e-7 to 1, and "" is not/],
  [{ lr: 'fast' }, /^lr must be a number/],
  [{ lr: Infinity }, /^lr must be a number/],
  [{ lr: -1e-3 }, /^lr must be a number/],
  [{ network: 'unet' }, /^network must be one of unet-quick, unet-mini, unet-mobilenet/],
  [{ flipVertical: 'perhaps' }, /^flipVertical must be on or off/],
  [{ classWeights: 'heavy' }, /^classWeights must be none, frequency or numbers/],
  [{ scaleMin: 2, scaleMax: 1 }, /^scaleMin \(2\) must not be larger than scaleMax \(1\)/],
  [{ size: 100 }, /^size must be a multiple of 32, and 100 is not/],
])('%o is refused with its range', (given, message) => {
  expect(resolving(given as Record<string, number>)).toThrow(
    expect.objectContaining(refused(message)) as Error,
  );
});

test('every number takes its ends and nothing beyond them', () => {
  for (const [name, definition] of Object.entries(SETTINGS)) {
    if (definition.type !== 'number' && definition.type !== 'integer') continue;
    const { min, max } = definition;
    // Alone the ends of some would break a rule between two settings, or leave no budget.
    const partner =
      { scaleMin: { scaleMax: 8 }, scaleMax: { scaleMin: 0.05 }, minutes: { steps: 1 } }[name] ?? {};
    for (const value of [min, max])
      expect(resolveSettings({ ...partner, [name]: value })[name as keyof Settings]).toBe(value);
    for (const value of [min - 1, max + 1]) expect(resolving({ ...partner, [name]: value })).toThrow(name);
  }
});

test('text from a command line means the same as typed values', () => {
  const typed = { batch: 4, lr: 1e-3, flipVertical: false, quarterTurns: true, network: 'unet-mini' };
  const text = { batch: '4', lr: '1e-3', flipVertical: 'off', quarterTurns: 'Yes', network: 'unet-mini' };
  expect(resolveSettings(text)).toEqual(resolveSettings(typed));
  expect(resolveSettings({ classWeights: '1,2.5,1' }).classWeights).toBe('1,2.5,1');
});

test('four minutes are the budget where none is given, and any other budget is left alone', () => {
  expect(resolveSettings({}).minutes).toBe(4);
  expect(resolveSettings({ steps: 10 }).minutes).toBe(0);
  expect(resolveSettings({ epochs: 10 }).minutes).toBe(0);
  expect(resolveSettings({ minutes: 0.5 })).toMatchObject({ minutes: 0.5, epochs: 0, steps: 0 });
});

test('what is given wins over the recipe of its network', () => {
  expect(resolveSettings({ network: 'unet-mini', lr: 1e-4, size: 64 })).toMatchObject({
    lr: 1e-4,
    size: 64,
    batch: 4,
  });
});

describe('a loss by its name', () => {
  test.each([
    ['cross-entropy', 'none', 0, 0],
    ['weighted', 'frequency', 0, 0],
    ['focal', 'none', 2, 0],
    ['cross-entropy+dice', 'none', 0, 1],
  ])('%s is short for its settings', (loss, classWeights, focalGamma, diceWeight) => {
    const settings = resolveSettings({ loss });
    expect(settings).toMatchObject({ classWeights, focalGamma, diceWeight });
    expect(settings).not.toHaveProperty('loss');
    expect(lossNameOf(settings)).toBe(loss);
  });

  test('leaves what is given by its own name, and is refused with the names there are', () => {
    const mixed = resolveSettings({ loss: 'focal', diceWeight: 0.5 });
    expect(mixed).toMatchObject({ focalGamma: 2, diceWeight: 0.5 });
    expect(lossNameOf(mixed)).toBeNull();
    expect(resolving({ loss: 'dice' })).toThrow(
      /^loss must be one of cross-entropy, weighted, focal, cross-/,
    );
  });
});

test('what can be switched has values that it takes, and defaults of their own', () => {
  for (const [name, definition] of Object.entries(SETTINGS as Record<string, SettingDefinition>)) {
    if (definition.group !== 'augmentation' || definition.type !== 'number') continue;
    const { off, on, auto } = definition.switch!;
    expect(on, name).not.toBe(off);
    const partner = { scaleMin: { scaleMax: 8 }, scaleMax: { scaleMin: 0.05 } }[name] ?? {};
    for (const value of [off, on, ...(auto === undefined ? [] : [auto])])
      expect(resolveSettings({ ...partner, [name]: value })).toMatchObject({ [name]: value });
  }
});

describe('recipes', () => {
  test("unet-quick's: Adam .9/.99 at 4e-3, decay .02, clipping at 5, one cycle, Dice, averaged weights", () => {
    expect(defaultSettings('unet-quick')).toMatchObject({
      size: 128,
      batch: 8,
      lr: 4e-3,
      schedule: 'one-cycle',
      warmup: 0.05,
      beta1: 0.9,
      beta2: 0.99,
      weightDecay: 0.02,
      clipNorm: 5,
      ema: 0.98,
      bnMomentum: 0.9,
      reestimate: 48,
      diceWeight: 1,
      scaleMode: 'native',
    });
  });

  const tutorial = {
    size: 224,
    channels: 'rgb',
    intensity: 'minus-one-to-one',
    batch: 4,
    lr: 1e-3,
    schedule: 'exponential',
    decay: 0.96,
    beta1: 0.9,
    beta2: 0.999,
    weightDecay: 0,
    clipNorm: 1,
    ema: 0,
    diceWeight: 0,
    focalGamma: 0,
    patience: 10,
    scaleMin: 0.25,
    scaleMax: 2,
    aspectJitter: 0.3,
    flipHorizontal: true,
    flipVertical: false,
    quarterTurns: false,
    rotation: 0,
    border: 'void',
    interpolation: 'bicubic',
    hue: 0.1,
    saturation: 1.5,
    value: 1.5,
  };

  test("unet-mini's is the tutorial's", () => {
    expect(defaultSettings('unet-mini')).toMatchObject({ ...tutorial, network: 'unet-mini', dropout: 0.2 });
  });

  test("unet-mobilenet's is the tutorial's, with statistics estimated before each evaluation", () => {
    expect(defaultSettings('unet-mobilenet')).toMatchObject({
      ...tutorial,
      network: 'unet-mobilenet',
      bnMomentum: 0.99,
      reestimate: 48,
      padding: 'same',
    });
  });
});
