/** Undo and redo take their turn. */
import { expect, test } from 'vitest';
import { StepQueue } from '../../../src-renderer/state/step-queue.js';

test('steps run one after the other, in the order they were asked for, also after one that failed', async () => {
  const queue = new StepQueue();
  const log: string[] = [];
  let end: () => void = () => undefined;
  queue.add(async () => {
    log.push('first begins');
    await new Promise<void>((resolve) => (end = resolve));
    log.push('first ends');
  });
  queue.add(() => Promise.reject(new Error('said elsewhere')));
  queue.add(() => Promise.resolve(log.push('third')));
  await Promise.resolve();
  expect(log).toEqual(['first begins']);
  end();
  await queue.pending;
  expect(log).toEqual(['first begins', 'first ends', 'third']);
});

test('nothing is pending once the last step has ended, for those who waited too', async () => {
  const queue = new StepQueue();
  expect(queue.pending).toBeNull();
  queue.add(() => Promise.resolve());
  const first = queue.pending;
  queue.add(() => Promise.resolve());
  await first;
  expect(queue.pending).not.toBeNull();
  await queue.pending;
  expect(queue.pending).toBeNull();
});
