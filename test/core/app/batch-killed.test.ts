/** A small version of test/hard/batch-killed.test.ts. */
import { test } from 'vitest';
import { surviveBatchKills } from './batch-kills.js';

test('a batch whose core is killed 3 times ends with the bytes of an undisturbed one', () =>
  surviveBatchKills(3, 24));
