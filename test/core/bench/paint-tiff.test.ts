import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeMadeUpTiff } from '../../../src-main/core/bench/paint-tiff.js';
import { decodeImage } from '../../../src-main/pixels/decode.js';
import { runPython } from '../../python.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brushfield-paint-tiff-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('tifffile reads the pictures that the benchmark makes as we do', async () => {
  const cases = [
    { sidePx: 256, bits: 8 },
    { sidePx: 768, bits: 16 },
  ] as const;
  const paths = cases.map(({ sidePx, bits }) => join(folder, `${sidePx}-${bits}.tif`));
  for (const [n, path] of paths.entries()) await writeMadeUpTiff(path, { ...cases[n]!, seed: 7 });
  const list = join(folder, 'list.txt');
  writeFileSync(list, paths.join('\n'));
  const { stdout } = await runPython(join(import.meta.dirname, '../../python/pixel_hashes.py'), [list]);
  const theirs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const ours = [];
  for (const [n, path] of paths.entries()) {
    const { data, width, height } = await decodeImage(path);
    expect([width, height]).toEqual([cases[n]!.sidePx, cases[n]!.sidePx]);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    ours.push(createHash('sha256').update(bytes).digest('hex'));
  }
  for (const [n, hash] of ours.entries()) expect(JSON.stringify(theirs)).toContain(hash ?? String(n));
});
