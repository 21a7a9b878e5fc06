import { expect, test } from 'vitest';
import { killRounds } from '../store/killed-writer.js';

test.each([
  ['with a write-ahead log', false],
  ['on a network share', true],
])('100 kills of a writing process %s lose nothing that was acknowledged', async (_, networkShare) => {
  await expect(killRounds(100, { networkShare, seed: 7 })).resolves.toBeUndefined();
});
