/** The cache of TensorFlow's libraries: complete or absent, and damage is noticed. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadWheel, pipArguments } from '../../scripts/setup/download-wheel.mjs';
import {
  damagedFiles,
  installLibraries,
  librariesAreReady,
  readManifest,
} from '../../scripts/setup/tensorflow-libraries.mjs';
import { wheelsFor } from '../../scripts/setup/wheels.mjs';
import { fetchFrom, MEMBERS, writeWheel } from './wheels-of-our-own.js';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'brushfield-libraries-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function install(): Promise<string> {
  const { wheel, path } = writeWheel(join(home, 'source'));
  const folder = join(home, 'cache', '2.21.0-cpu-x');
  const say = () => undefined;
  await installLibraries({ folder, kind: 'cpu', wheels: [wheel], say, fetchWheel: fetchFrom(path) });
  return folder;
}

test('only libraries and C headers are unpacked, byte for byte, and the download is gone', async () => {
  const folder = await install();
  const kept = Object.keys(MEMBERS).filter((name) => MEMBERS[name] !== 'not needed');
  expect(readManifest(folder)?.files.map((file) => file.path)).toEqual(kept);
  for (const name of kept) expect(readFileSync(join(folder, name), 'utf8')).toBe(MEMBERS[name]);
  expect(existsSync(join(folder, 'tensorflow/python'))).toBe(false);
  expect(readdirSync(join(home, 'cache', 'downloads'))).toEqual([]);
  expect(librariesAreReady(folder)).toBe(true);
  expect(await damagedFiles(folder)).toEqual([]);
});

test('a file of another size is noticed at the next start', async () => {
  const folder = await install();
  writeFileSync(join(folder, 'tensorflow/libtensorflow_cc.so.2'), 'cut off');
  expect(librariesAreReady(folder)).toBe(false);
});

test('a changed byte is found by the thorough check, and installing again mends it', async () => {
  const folder = await install();
  writeFileSync(join(folder, 'tensorflow/libtensorflow_framework.so.2'), 'framewark');
  expect(await damagedFiles(folder)).toEqual(['tensorflow/libtensorflow_framework.so.2']);
  expect(await damagedFiles(await install())).toEqual([]);
});

test('what an interrupted run left is removed and the folder is made', async () => {
  const attempt = join(home, 'cache', '2.21.0-cpu-x.attempt-1', 'tensorflow');
  mkdirSync(attempt, { recursive: true });
  writeFileSync(join(attempt, 'libtensorflow_cc.so.2'), 'half');
  mkdirSync(join(home, 'cache', 'downloads', 'attempt-1'), { recursive: true });
  expect(librariesAreReady(join(home, 'cache', '2.21.0-cpu-x'))).toBe(false);
  const folder = await install();
  expect(readdirSync(join(home, 'cache')).sort()).toEqual(['2.21.0-cpu-x', 'downloads']);
  expect(librariesAreReady(folder)).toBe(true);
});

test('a wheel that is no archive leaves nothing behind', async () => {
  const { wheel, path } = writeWheel(join(home, 'source'));
  writeFileSync(path, readFileSync(path).subarray(0, 200));
  const folder = join(home, 'cache', '2.21.0-cpu-x');
  const attempt = installLibraries({
    folder,
    kind: 'cpu',
    wheels: [wheel],
    say: () => undefined,
    fetchWheel: fetchFrom(path),
  });
  await expect(attempt).rejects.toThrow(/could not be unpacked/);
  expect(readdirSync(join(home, 'cache'))).toEqual(['downloads']);
});

test('a wheel whose member names point outside is refused', async () => {
  const name = 'tensorflow/include/tsl/../../../../escaped.h';
  const { wheel, path } = writeWheel(join(home, 'source'), { [name]: 'x' });
  const folder = join(home, 'cache', 'x');
  const say = () => undefined;
  const attempt = installLibraries({
    folder,
    kind: 'cpu',
    wheels: [wheel],
    say,
    fetchWheel: fetchFrom(path),
  });
  await expect(attempt).rejects.toThrow(/unsafe name/);
  expect(existsSync(join(home, 'escaped.h'))).toBe(false);
});

test('a finished download with the pinned bytes is used without asking the network', async () => {
  const { wheel, path } = writeWheel(join(home, 'downloads'));
  // There is no such package anywhere: reaching for it would fail.
  expect(await downloadWheel(wheel, join(home, 'downloads'), () => undefined)).toBe(path);
});

test('pip is asked for exactly the pinned wheel, whatever Python runs it', () => {
  const [wheel] = wheelsFor('cpu', 'linux-x64');
  const args = pipArguments(wheel!, '/x');
  expect(args).toContain('tensorflow-cpu==2.21.0');
  expect(args[args.indexOf('--platform') + 1]).toBe('manylinux_2_27_x86_64');
  expect(args[args.indexOf('--python-version') + 1]).toBe('3.11');
});

test('every pin is a whole SHA-256 and the GPU kind brings CUDA', () => {
  const wheels = [
    ...wheelsFor('cpu', 'linux-x64'),
    ...wheelsFor('cpu', 'darwin-arm64'),
    ...wheelsFor('gpu', 'linux-x64'),
  ];
  for (const { sha256 } of wheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(wheelsFor('gpu', 'linux-x64').filter(({ name }) => name.endsWith('-cu12'))).toHaveLength(12);
  expect(wheelsFor('gpu', 'darwin-arm64')).toEqual([]);
});
