import { expect, test } from 'vitest';
import { survivesKills } from './kill-rounds.js';

test('every acknowledged stroke, undo and redo survives kill -9', async () => {
  await expect(survivesKills(5, 1)).resolves.toBeUndefined();
});
