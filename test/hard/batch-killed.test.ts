/** A batch of the window whose core is killed over and over. */
import { test } from 'vitest';
import { surviveBatchKills } from '../core/app/batch-kills.js';

test('a batch whose core is killed 60 times ends with the bytes of an undisturbed one', () =>
  surviveBatchKills(60, 200));
