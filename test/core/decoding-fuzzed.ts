/** Damaged files put through the decoding threads: each must be decoded or refused, in time and in memory. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { expect } from 'vitest';
import { createDecoderPool } from '../../src-main/core/decoding.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { mutated } from '../pixels/mutations.js';
import { runPython } from '../python.js';

export const FUZZED_FORMATS = ['.tif', '.png', '.jpg', '.bmp', '.gif', '.webp'] as const;
const SEED = 20_261_122;
const MOST_BYTES = 1e9;
/** Codes that are a refusal; anything else would be a bug. */
const REFUSALS = ['unreadable-image', 'unsupported-image', 'too-large'];

export interface FuzzResult {
  decoded: number;
  refused: number;
}

/** Damaged files of one format, numbers `first` … `first + count − 1`. */
export async function fuzzFormat(
  format: (typeof FUZZED_FORMATS)[number],
  { first, count }: { first: number; count: number },
): Promise<FuzzResult> {
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  await runPython(join(import.meta.dirname, '../python/fuzz_seeds.py'), [folder]);
  const names = (await readdir(folder)).filter((name) => extname(name) === format).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  const pool = createDecoderPool({ threads: 2 });
  const before = process.memoryUsage().rss;
  const result = { decoded: 0, refused: 0 };
  let next = first;
  const work = async (lane: number) => {
    for (let number = next++; number < first + count; number = next++) {
      // A name of its own each: nothing may be remembered from the file before.
      const path = join(folder, `${number}-${lane}${format}`);
      await writeFile(path, mutated(files, SEED + FUZZED_FORMATS.indexOf(format), number));
      try {
        const { pages } = await pool.info(path);
        await pool.decode(path, 0);
        if (pages > 1) await pool.decode(path, pages - 1);
        result.decoded++;
      } catch (error) {
        const refused = isAppError(error) && REFUSALS.includes(error.code);
        const late = isAppError(error) && /took more than|decoding it failed/.test(error.message);
        expect(refused && !late, `${format} number ${number}: ${String(error)}`).toBe(true);
        result.refused++;
      }
      const grown = process.memoryUsage().rss - before;
      expect(grown, `${format} number ${number}: memory`).toBeLessThan(MOST_BYTES);
      await rm(path);
    }
  };
  await Promise.all([work(0), work(1)]);
  await pool.close();
  await rm(folder, { recursive: true });
  return result;
}
