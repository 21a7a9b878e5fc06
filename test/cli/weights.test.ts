import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeKerasWeights } from '../../src-main/interop/keras-h5.js';
import { describeWithData, sharedData } from '../shared-data.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield, contentsOf } from './built-cli.js';

const IMAGENET = sharedData('weights', 'mobilenet_1_0_224_tf_no_top.blocks0-11.h5');

/** A Keras file with one small layer that no network of ours has. */
async function smallWeights(folder: string): Promise<string> {
  const path = join(folder, 'small.h5');
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  await writeKerasWeights(path, new Map([['dense/kernel', { shape: [2, 3], data }]]), ['dense']);
  return path;
}

it('weights are added once, under their hash, and listed', async () => {
  const folder = temporaryFolder();
  const env = { XDG_DATA_HOME: join(folder, 'data') };
  const file = await smallWeights(folder);

  const first = await brushfield(['weights', 'add', file, '--json'], { env });
  const added = JSON.parse(first.stdout) as Record<string, unknown>;
  expect(added).toMatchObject({ name: 'small.h5', layers: ['dense'], parameters: 6, added: true });
  expect(existsSync(String(added['path']))).toBe(true);
  const before = contentsOf(env.XDG_DATA_HOME);

  const second = await brushfield(['weights', 'add', file, '--json'], { env });
  expect(JSON.parse(second.stdout)).toMatchObject({ added: false });
  expect(contentsOf(env.XDG_DATA_HOME)).toEqual(before);

  const list = await brushfield(['weights', 'list', '--json'], { env });
  const { weights } = JSON.parse(list.stdout) as { weights: unknown[] };
  expect(weights).toMatchObject([{ name: 'small.h5', imagenet: false }]);
});

it('a copy that was damaged is put right by adding the file again', async () => {
  const folder = temporaryFolder();
  const env = { XDG_DATA_HOME: join(folder, 'data') };
  const file = await smallWeights(folder);
  const first = await brushfield(['weights', 'add', file, '--json'], { env });
  const { path, sha256 } = JSON.parse(first.stdout) as { path: string; sha256: string };
  writeFileSync(path, 'gone');

  await brushfield(['weights', 'add', file], { env });
  expect(Object.values(contentsOf(env.XDG_DATA_HOME))).toContain(sha256);
});

it('an empty list says how to add something', async () => {
  const { stdout, code } = await brushfield(['weights', 'list'], {
    env: { XDG_DATA_HOME: temporaryFolder() },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/weights add FILE\.h5/);
});

describeWithData('the ImageNet encoder', () => {
  it('is known by its layers and shapes, whatever its name', async () => {
    const folder = temporaryFolder();
    const env = { XDG_DATA_HOME: folder };
    const { stdout } = await brushfield(['weights', 'add', IMAGENET], { env });
    expect(stdout).toMatch(/1,627,840/);
    expect(stdout).toMatch(/--weights imagenet/);
    expect(readdirSync(join(folder, 'brushfield', 'weights'))).toHaveLength(2);
  });
});
