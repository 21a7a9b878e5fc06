import { expect, test } from 'vitest';
import { AppError } from '../../../src-main/shared/errors.js';
import { Jobs } from '../../../src-renderer/state/jobs.svelte.js';
import { Notices } from '../../../src-renderer/state/notices.svelte.js';

const set = () => {
  const notices = new Notices();
  return { notices, jobs: new Jobs(notices) };
};
const shown = async (jobs: Jobs) => {
  while (jobs.list.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  return jobs.list[0]!;
};

test('work that takes a while shows its progress, and is gone when it is done', async () => {
  const { jobs } = set();
  let finish = (_: string) => {};
  const work = jobs.run('Counting', (call) => {
    call.onEvent?.({ done: 1, total: 3, name: 'one' });
    return new Promise<string>((resolve) => (finish = resolve));
  });
  expect((await shown(jobs)).progress).toEqual({ done: 1, total: 3, name: 'one' });
  finish('counted');
  expect(await work).toBe('counted');
  expect(jobs.list).toEqual([]);
});

test('stopping aborts the work and says so once, not as a problem', async () => {
  const { jobs, notices } = set();
  const work = jobs.run(
    'Counting',
    ({ signal }) =>
      new Promise((_, reject) =>
        signal!.addEventListener('abort', () => reject(new AppError('stopped', 'Stopped.'))),
      ),
  );
  (await shown(jobs)).stop();
  expect(await work).toBeUndefined();
  expect(notices.list.map(({ kind, text }) => [kind, text])).toEqual([['info', 'Stopped: Counting.']]);
});

test("a person's error is shown in its own sentence, a fault of the program as such", async () => {
  const { jobs, notices } = set();
  await jobs.run('A', () => Promise.reject(new AppError('disk', 'The disk is full; free some space.')));
  await jobs.run('B', () => Promise.reject(new TypeError('x is undefined')));
  expect(notices.list.map((notice) => notice.kind)).toEqual(['problem', 'problem']);
  expect(notices.list[0]!.text).toBe('The disk is full; free some space.');
  expect(notices.list[1]!.text).toContain('x is undefined');
});

test('the same sentence is not shown twice at a time', () => {
  const { notices } = set();
  notices.problem('The disk is full.');
  notices.problem('The disk is full.');
  expect(notices.list).toHaveLength(1);
});
