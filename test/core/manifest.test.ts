import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createManifestWriter,
  MANIFEST_FILE,
  readManifest,
  type Manifest,
} from '../../src-main/core/manifest.js';
import { writePiecesAtomic } from '../../src-main/disk/atomic-file.js';
import { temporaryFolder } from '../store/temporary-store.js';

const manifestOf = (count: number): Manifest => ({
  version: 1,
  software: 'brushfield 0.1.0',
  model: { run: 'a run', network: 'unet-quick', sha256: 'ab', classes: [] },
  settings: { tile: 0, probabilities: false, overlay: false, classes: null },
  files: Array.from({ length: count }, (_, n) => ({
    input: `folder/odd "name"\n${n}.png`,
    name: `name ${n}`,
    state: 'done' as const,
    sha256: String(n),
    outputs: n % 3 ? [`name ${n}_mask.png`] : [],
    warnings: [],
    seconds: n / 7,
    error: n % 5 ? null : 'It is\nbroken.',
  })),
});

const into = (folder: string) => (pieces: AsyncIterable<Uint8Array>) =>
  writePiecesAtomic(join(folder, MANIFEST_FILE), pieces);

describe('a manifest', () => {
  test.each([0, 1, 499, 500, 501, 1700])(
    'of %d files is the JSON that people and programs expect',
    async (count) => {
      const folder = temporaryFolder();
      const manifest = manifestOf(count);
      await createManifestWriter(into(folder), manifest).write();
      const text = readFileSync(join(folder, 'manifest.json'), 'utf8');
      expect(text).toBe(`${JSON.stringify(manifest, null, 2)}\n`);
      expect(await readManifest(folder)).toEqual(manifest);
      expect(readdirSync(folder)).toEqual(['manifest.json']);
    },
  );

  test('is written again two seconds after the last time, by a clock that never goes back', async () => {
    const folder = temporaryFolder();
    const manifest = manifestOf(1);
    let clock = 0;
    const writer = createManifestWriter(into(folder), manifest, () => clock);
    const changedAt = async (ms: number, name: string) => {
      clock = ms;
      manifest.files[0]!.name = name;
      await writer.changed();
      return (await readManifest(folder))?.files[0]?.name;
    };
    expect(await changedAt(0, 'first')).toBe('first');
    expect(await changedAt(1999, 'second')).toBe('first');
    expect(await changedAt(2000, 'third')).toBe('third');
  });
});
