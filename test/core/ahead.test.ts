import { expect, it } from 'vitest';
import { ahead } from '../../src-main/core/ahead.js';

async function* source(log: string[], failAt = Infinity): AsyncGenerator<number> {
  try {
    for (let n = 0; n < 3; n++) {
      if (n === failAt) throw new Error('broken');
      log.push(`made ${n}`);
      yield n;
    }
  } finally {
    log.push('closed');
  }
}

it('makes the next item while the current one is used', async () => {
  const log: string[] = [];
  for await (const n of ahead(source(log))) {
    await Promise.resolve();
    log.push(`used ${n}`);
  }
  expect(log.indexOf('made 1')).toBeLessThan(log.indexOf('used 0'));
  expect(log.filter((line) => line.startsWith('used'))).toEqual(['used 0', 'used 1', 'used 2']);
  expect(log.filter((line) => line === 'closed')).toHaveLength(1);
});

it('throws an error of the source in its turn, and closes the source when the loop ends early', async () => {
  const used: number[] = [];
  const failing = async () => {
    for await (const n of ahead(source([], 1))) used.push(n);
  };
  await expect(failing()).rejects.toThrow('broken');
  expect(used).toEqual([0]);

  const log: string[] = [];
  for await (const n of ahead(source(log))) if (n === 0) break;
  expect(log.at(-1)).toBe('closed');
});
