import { expect, test } from 'vitest';
import { UNPARTED, warningSentence } from '../../src-main/shared/image-warnings.js';

test('differences from the training images are called so, what could not be done is not', () => {
  expect(warningSentence('it has 4 channels', 'a.tif')).toBe(
    'a.tif is not like the training images: it has 4 channels.',
  );
  expect(warningSentence('it has 4 channels', '2 images', true)).toMatch(/^2 images are not like/);
  expect(warningSentence(UNPARTED, '2 images', true)).toBe(`2 images: ${UNPARTED}.`);
});
