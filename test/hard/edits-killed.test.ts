import { expect, test } from 'vitest';
import { survivesKills } from '../store/kill-rounds.js';

test('every acknowledged stroke, undo and redo survives 100 times kill -9', async () => {
  await expect(survivesKills(100, 2)).resolves.toBeUndefined();
});
