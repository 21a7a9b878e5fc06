import { expect, test } from 'vitest';
import { SETTINGS } from '../../../src-main/shared/settings.js';
import {
  SETTING_GROUPS,
  settingRows,
  titleOf,
  withSetting,
} from '../../../src-renderer/state/training-settings.js';

test('every setting of the schema stands in one group of the panel', () => {
  const names = SETTING_GROUPS.flatMap((group) => settingRows(group).map(({ name }) => name));
  expect(names.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
});

test('titles are words', () => {
  expect([titleOf('stepsPerEpoch'), titleOf('lr'), titleOf('flipHorizontal')]).toEqual([
    'Steps per epoch',
    'Learning rate',
    'Flip horizontal',
  ]);
});

test('a setting is taken as its type, refused out of its range, and taken back', () => {
  const chosen = withSetting({}, 'steps', '20');
  expect(chosen).toEqual({ steps: 20 });
  expect(() => withSetting(chosen, 'batch', '0')).toThrow('batch must be a whole number from 1 to 256');
  expect(withSetting(withSetting(chosen, 'flipVertical', false), 'steps', null)).toEqual({
    flipVertical: false,
  });
});
