/** A folder as labs have them: real pictures in mixed sizes and depths, folders in folders, names of all kinds, broken files. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { decodeImage } from '../../src-main/pixels/decode.js';
import { encodeGrey16Png, encodeGreyPng } from '../../src-main/pixels/png.js';
import { permutation, randomFor, type Random } from '../../src-main/shared/random.js';
import { encodeFloatTiff } from '../engine/float-tiff.js';
import { sharedData } from '../shared-data.js';
import { brushfield } from './built-cli.js';
import { memoryOfTree } from './process-memory.js';

const SETS = ['dsb2018_fluo', 'membrane', 'wbc_d1', 'camvid_example'];
const FOLDERS = ['', 'plate 1', 'plate 1/well A 01', '培养皿/第一天', '🧫 day 2/🔬/deep/er'];
const NAMES = ['cell', 'a picture with blanks', '细胞', 'nucleus 🧬', 'Übersicht "4×"', "it's #1 & 100 %"];
const BROKEN = 10;

/** Writes `count` images, ten of them broken, below `folder`. Gives the names of the broken ones. */
export async function writeManyImages(folder: string, count: number): Promise<string[]> {
  const sources = SETS.flatMap((set) =>
    readdirSync(sharedData(set, 'images')).map((name) => sharedData(set, 'images', name)),
  );
  const random = randomFor(41);
  // Every hundred, in every folder, holds some of each set and kind, so that memory means the same throughout.
  const order = permutation(sources.length, random);
  const broken: string[] = [];
  for (let n = 0; n < count; n++) {
    const source = sources[order[n % sources.length]!]!;
    const path = (ending: string) => {
      const name = [FOLDERS[n % FOLDERS.length]!, `${NAMES[n % NAMES.length]!} ${n}${ending}`];
      const made = join(folder, ...name);
      mkdirSync(dirname(made), { recursive: true });
      return made;
    };
    // Spread over the run.
    if (n % Math.floor(count / BROKEN) === 3 && broken.length < BROKEN) {
      const made = path(['.png', '.tif', '.jpg'][broken.length % 3]!);
      writeFileSync(made, damaged(broken.length, readFileSync(source)));
      broken.push(made.slice(folder.length + 1));
    } else if (random.chance(0.2)) copyFileSync(source, path(source.slice(source.lastIndexOf('.'))));
    else await writeCrop(source, { path, kind: random.integer(3), random });
  }
  return broken;
}

function damaged(n: number, whole: Buffer): Uint8Array {
  const kinds = [
    () => new Uint8Array(0),
    () => whole.subarray(0, whole.length >> 1),
    () => Buffer.from('no picture at all'),
    () => Buffer.concat([whole.subarray(0, 60), Buffer.alloc(whole.length - 60, 0x5a)]),
    () => Buffer.from('II*\0\xff\xff\xff\x7f', 'latin1'),
  ];
  return kinds[n % kinds.length]!();
}

/** A grey part of a picture: 8 bit, 16 bit with a tenth of the range, or floats. */
async function writeCrop(
  source: string,
  { path, kind, random }: { path: (ending: string) => string; kind: number; random: Random },
): Promise<void> {
  const image = await decodeImage(source);
  const width = Math.min(image.width, 48 + random.integer(200));
  const height = Math.min(image.height, 48 + random.integer(200));
  const grey = Uint8Array.from(
    { length: width * height },
    (_, i) => image.data[(Math.floor(i / width) * image.width + (i % width)) * image.channels]!,
  );
  if (kind === 0) writeFileSync(path('.png'), encodeGreyPng({ width, height, data: grey }));
  else if (kind === 1) {
    const data = Uint16Array.from(grey, (value) => 200 + value * 25);
    writeFileSync(path('.png'), encodeGrey16Png({ width, height, data }));
  } else
    writeFileSync(
      path('.tif'),
      encodeFloatTiff(
        width,
        height,
        Float32Array.from(grey, (v) => v / 255),
      ),
    );
}

export interface Unattended {
  manifest: Manifest;
  /** Memory of the command and of its engine, MB, with how many masks were there. */
  memory: { done: number; coreMb: number; engineMb: number }[];
}

/** Segments and measures all of it; checks what everyone may rely on: the exit code and a reason for each broken file. */
export async function segmentUnattended(
  project: string,
  { input, output, broken }: { input: string; output: string; broken: readonly string[] },
): Promise<Unattended> {
  const memory: Unattended['memory'] = [];
  let timer: NodeJS.Timeout | undefined;
  const args = ['segment', project, '--input', input, '--output', output, '--recursive', '--measure'];
  const { code, stderr } = await brushfield([...args, '--threads', '1', '--device', 'cpu'], {
    onStart: (child) => {
      timer = setInterval(() => {
        const [coreMb, engineMb] = [...memoryOfTree(child.pid!).values()];
        if (coreMb && engineMb) memory.push({ done: masksIn(output), coreMb, engineMb });
      }, 200);
    },
  }).finally(() => clearInterval(timer));
  expect(`${code} ${code === 3 ? '' : stderr}`).toBe('3 ');
  const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
  const failed = manifest.files.filter(({ state }) => state === 'failed');
  expect(failed.map(({ input: name }) => name).sort()).toEqual([...broken].sort());
  for (const { error } of failed) expect(error).toMatch(/^[^\n]{10,}\.$/);
  expect(manifest.files.filter(({ state }) => state === 'waiting')).toEqual([]);
  for (const { outputs } of manifest.files)
    for (const name of outputs) expect(existsSync(join(output, name))).toBe(true);
  return { manifest, memory };
}

const masksIn = (output: string): number =>
  existsSync(output)
    ? readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('_mask.png'))
        .length
    : 0;
