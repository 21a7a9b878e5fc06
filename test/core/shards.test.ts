/** What --shard may be, and records of tables as text. */
import { expect, it } from 'vitest';
import { parseShard } from '../../src-main/core/shards.js';
import { keyOf, recordsIn, widened } from '../../src-main/core/table-records.js';

it('a shard is I of N as people count, or the place of a task in its job array', () => {
  expect(parseShard('1/4')).toEqual({ index: 0, count: 4 });
  expect(parseShard('4/4')).toEqual({ index: 3, count: 4 });
  for (const text of ['0/4', '5/4', '1', '1/0', '-1/4', '1/4/2', '1.5/4', '', '1/99999999'])
    expect(() => parseShard(text)).toThrow('--shard is I/N');
  const array = (id: string, more: Record<string, string> = {}) =>
    parseShard('slurm', { SLURM_ARRAY_TASK_ID: id, SLURM_ARRAY_TASK_COUNT: '4', ...more });
  expect(array('3')).toEqual({ index: 3, count: 4 });
  expect(array('4', { SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_MAX: '4' })).toEqual({
    index: 3,
    count: 4,
  });
  expect(array('6', { SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_STEP: '3' })).toEqual({
    index: 2,
    count: 4,
  });
  expect(() => array('7', { SLURM_ARRAY_TASK_MIN: '1' })).toThrow('without gaps');
  expect(() => parseShard('slurm', {})).toThrow('sbatch --array=0-3');
});

it('records are told apart and widened whatever a name holds', () => {
  const text = 'a.png,1,2\r\n"b, ""c""\r\nd.png",1,3,4,5\r\nrest';
  const { records, rest } = recordsIn(text);
  expect(records).toEqual(['a.png,1,2\r\n', '"b, ""c""\r\nd.png",1,3,4,5\r\n']);
  expect(rest).toBe('rest');
  expect(records.map(keyOf)).toEqual(['a.png,1', '"b, ""c""\r\nd.png",1']);
  expect(widened(records[1]!, 1, 2)).toBe('"b, ""c""\r\nd.png",1,3,,4,,5,\r\n');
  expect(widened(records[0]!, 0, 1)).toBe('a.png,1,2,,,\r\n');
  expect(widened(records[1]!, 1, 1)).toBe(records[1]);
});
