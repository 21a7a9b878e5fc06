import { mkdtempSync, rmSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crc32c, openEventWriter } from '../../src-main/engine/tensorboard.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { runPython } from '../python.js';

const SCRIPT = resolve(import.meta.dirname, '../python/tensorboard_scalars.py');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  tags: Record<string, [number, number, number][]>;
  records: [string, number | string][];
}
const seenByTensorBoard = async (): Promise<Seen> =>
  JSON.parse((await runPython(SCRIPT, [folder])).stdout) as Seen;

test('CRC-32C gives the published check values', () => {
  // RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test('TensorBoard reads back every scalar with its step and time', async () => {
  let clock = 1_700_000_000_000;
  const writer = openEventWriter(folder, { firstStep: 1, now: () => (clock += 500) });
  writer.scalars(1, { 'train/loss': 0.75, 'train/learning rate': 1e-3 });
  writer.scalars(300, { 'train/loss': 0.5, 'val/µm Dice': 0.25 });
  writer.scalars(3_000_000_000, { 'train/loss': 1e-30 });
  writer.close();
  const { tags, records } = await seenByTensorBoard();
  expect(tags['train/loss']!.map(([step]) => step)).toEqual([1, 300, 3_000_000_000]);
  expect(tags['train/loss']!.map(([, value]) => value)).toEqual([0.75, 0.5, Math.fround(1e-30)]);
  expect(tags['train/learning rate']![0]![1]).toBe(Math.fround(1e-3));
  expect(tags['val/µm Dice']).toEqual([[300, 0.25, tags['train/loss']![1]![2]]]);
  expect(tags['train/loss']![0]![2]).toBe(1_700_000_002);
  expect(records.map(([kind]) => kind)).toEqual([
    'file_version',
    'session_log',
    'summary',
    'summary',
    'summary',
  ]);
}, 60_000);

test('a resumed run replaces what a killed one wrote from its first step on', async () => {
  const killed = openEventWriter(folder, { firstStep: 1, now: () => 1_700_000_000_000 });
  for (let step = 1; step <= 5; step++) killed.scalars(step, { loss: step });
  killed.flush();
  // The kill came in the middle of a record.
  truncateSync(killed.path, statSync(killed.path).size - 5);
  // The clock was set back an hour meanwhile.
  const resumed = openEventWriter(folder, { firstStep: 3, now: () => 1_699_996_400_000 });
  for (let step = 3; step <= 6; step++) resumed.scalars(step, { loss: 10 * step });
  resumed.close();
  expect(basename(resumed.path) > basename(killed.path)).toBe(true);
  const { tags } = await seenByTensorBoard();
  expect(tags['loss']!.map(([step, value]) => [step, value])).toEqual([
    [1, 1],
    [2, 2],
    [3, 30],
    [4, 40],
    [5, 50],
    [6, 60],
  ]);
}, 60_000);

test('what was flushed is in the file while the writer is open', async () => {
  const writer = openEventWriter(folder, { firstStep: 1 });
  writer.scalars(1, { loss: 2 });
  writer.flush();
  expect((await seenByTensorBoard()).tags['loss']).toHaveLength(1);
  writer.close();
}, 60_000);

test('a folder that cannot be made is a disk error', () => {
  writeFileSync(join(folder, 'file'), '');
  let caught: unknown;
  try {
    openEventWriter(join(folder, 'file', 'events'), { firstStep: 1 });
  } catch (error) {
    caught = error;
  }
  expect(isAppError(caught) && caught.code).toBe('disk');
});
