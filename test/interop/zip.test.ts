/** Archives as Python's zipfile reads them. */
import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { zipped } from '../../src-main/interop/zip.js';
import { randomFor } from '../../src-main/shared/random.js';
import { runPython } from '../python.js';
import { temporaryFolder } from '../store/temporary-store.js';

const SCRIPT = resolve(import.meta.dirname, '../python/zip_contents.py');

/** Numbers that no compression shortens, longer than a piece of a stream. */
function noise(bytes: number): Uint8Array {
  const random = randomFor(1, 2);
  return Uint8Array.from({ length: bytes }, () => random.integer(256));
}

test('files come out of an archive byte by byte as they went in, whatever their names, sizes and dates', async () => {
  const folder = temporaryFolder();
  const files: [string, Uint8Array, boolean][] = [
    ['run/weights.safetensors', noise(700_001), false],
    ['run/größe µm.json', Buffer.from('{"a": 1}\n'.repeat(40_000)), true],
    ['run/deep/empty', new Uint8Array(0), true],
  ];
  const entries = files.map(([name, data, compress], i) => {
    const path = join(folder, String(i));
    writeFileSync(path, data);
    return { name, path, compress };
  });
  utimesSync(entries[2]!.path, 0, 0);
  const read = new Map<string, number>();
  const pieces: Uint8Array[] = [];
  const onBytes = (bytes: number, name: string) => read.set(name, (read.get(name) ?? 0) + bytes);
  for await (const piece of zipped(entries, { onBytes })) pieces.push(piece.slice());
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
  const archive = join(folder, 'all.zip');
  writeFileSync(archive, Buffer.concat(pieces));
  const { stdout } = await runPython(SCRIPT, [archive, join(folder, 'out')]);
  const year = new Date().getFullYear();
  expect(JSON.parse(stdout)).toEqual(
    files.map(([name, data], i) => [
      ...[name, data.length, createHash('sha256').update(data).digest('hex')],
      i === 2 ? 1980 : year,
    ]),
  );
  expect([...read]).toEqual(files.slice(0, 2).map(([name, data]) => [name, data.length]));
});

test('an archive can be stopped between two pieces', async () => {
  const path = join(temporaryFolder(), 'noise');
  writeFileSync(path, noise(400_000));
  const stop = new AbortController();
  const pieces = zipped([{ name: 'noise', path, compress: false }], { signal: stop.signal });
  await pieces.next();
  stop.abort();
  await expect(
    (async () => {
      for await (const _piece of pieces);
    })(),
  ).rejects.toMatchObject({ code: 'stopped' });
});
