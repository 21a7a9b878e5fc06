/** An image of 20480 × 20480 px through the command line in bounded memory: a quarter of an hour on two busy cores. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectedComponents } from '../../src-main/measure/components.js';
import { measureObjects } from '../../src-main/measure/object-properties.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { randomFor } from '../../src-main/shared/random.js';
import { brushfield } from '../cli/built-cli.js';
import { watchMemory } from '../cli/process-memory.js';
import { suiteFolder } from '../cli/suite-folder.js';
import { QUICK, SIDE_PX, succeed, tinyProject } from '../cli/tiny-project.js';
import { runPython } from '../python.js';

const SIDE = Number(process.env['BRUSHFIELD_LARGE_SIDE'] ?? 20_480);
const SMALL_SIDE = 1024;
const MOST_MB = 3000;
const CLEANED = ['--classes', 'disc', '--smooth', '1', '--fill-holes', '--split', '--min-area', '30'];
const folder = suiteFolder();

/** Two discs like those of the training images that overlap a little. */
function pair(path: string): string {
  const random = randomFor(13);
  const data = Uint8Array.from({ length: SIDE_PX ** 2 }, (_, i) => {
    const [x, y] = [i % SIDE_PX, Math.floor(i / SIDE_PX) - 32];
    const inside = Math.hypot(x - 20, y) < 12 || Math.hypot(x - 41, y) < 11;
    return (inside ? 170 : 70) + random.integer(40);
  });
  writeFileSync(path, encodeGreyPng({ width: SIDE_PX, height: SIDE_PX, data }));
  return path;
}

it('an image of 20480 × 20480 px is segmented, cleaned up and measured in 3 GB, to the labels that a small one of the same pattern has', async () => {
  const { project } = await tinyProject(folder);
  await succeed('train', project, ...QUICK, '--steps', '40', '--quiet');
  const picture = pair(join(folder, 'pair.png'));
  const write = async (side: number) => {
    const path = join(folder, `${side}.tif`);
    const script = join(import.meta.dirname, '../python/periodic_tiff.py');
    await runPython(script, [picture, String(side), path]);
    return path;
  };
  const segment = async (side: number, onStart?: (child: ChildProcess) => void) => {
    const output = join(folder, `out${side}`);
    const args = [
      'segment',
      project,
      '--input',
      await write(side),
      '--output',
      output,
      '--device',
      'cpu',
      '--measure',
      ...CLEANED,
    ];
    const { code, stderr, stdout } = await brushfield([...args, '--json'], { ...(onStart && { onStart }) });
    expect(`${code} ${code ? stderr : ''}`).toBe('0 ');
    const { seconds } = JSON.parse(stdout) as { seconds: number };
    const table = readFileSync(join(output, 'measurements.csv'), 'utf8');
    return { seconds, table, mask: await decodeLabelImage(join(output, `${side}_mask.png`)) };
  };
  const { mask: small } = await segment(SMALL_SIDE);
  let watch: ReturnType<typeof watchMemory> | undefined;
  const { mask: large, seconds, table } = await segment(SIDE, (child) => (watch = watchMemory(child)));
  const mostMb = watch!.stop();
  process.stderr.write(`${SIDE}²: ${Math.round(seconds)} s, ${Math.round(mostMb)} MB in all processes.\n`);
  expect([large.width, large.height]).toEqual([SIDE, SIDE]);
  expect(mostMb).toBeLessThan(MOST_MB);

  // The pattern repeats, so that corners and the middle of both are surrounded by the same pixels.
  const part = 4 * SIDE_PX;
  const corners = (side: number) => {
    const far = side - part;
    const middle = Math.floor(side / 2 / SIDE_PX) * SIDE_PX;
    return [
      [0, 0],
      [far, 0],
      [0, far],
      [far, far],
      [middle, middle],
    ] as const;
  };
  const classes = new Set<number>();
  corners(SIDE).forEach(([left, top], i) => {
    const [smallLeft, smallTop] = corners(SMALL_SIDE)[i]!;
    let different = 0;
    for (let y = 0; y < part; y++)
      for (let x = 0; x < part; x++) {
        const label = large.data[(top + y) * SIDE + left + x]!;
        classes.add(label);
        if (label !== small.data[(smallTop + y) * SMALL_SIDE + smallLeft + x]) different++;
      }
    // Tiles that lie elsewhere add up in another order: a pixel on the fence may fall to the other side.
    expect(different).toBeLessThan(part * part * 1e-4);
  });
  expect([...classes].sort()).toEqual([0, 2]);

  const rows = table
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter((row) => row[3] === 'disc');
  process.stderr.write(`${rows.length} discs.\n`);
  // Nearly all pairs are two; where the network sees one disc, it is one in the small image too.
  expect(rows.length).toBeGreaterThan(1.9 * (SIDE / SIDE_PX) ** 2);
  let discs = 0;
  for (const value of large.data) if (value === 2) discs++;
  expect(rows.reduce((sum, row) => sum + Number(row[4]), 0)).toBe(discs);
  const byBox = new Map(rows.map((row) => [row.slice(8, 12).join(), row]));
  let compared = 0;
  for (const [left, top] of corners(SIDE)) {
    const data = new Uint8Array(part * part);
    for (let y = 0; y < part; y++)
      for (let x = 0; x < part; x++)
        data[y * part + x] = large.data[(top + y) * SIDE + left + x] === 2 ? 2 : 0;
    for (const own of measureObjects(connectedComponents({ width: part, height: part, data }))) {
      // What the crop's edge cuts is another object in the whole.
      if (own.touchesBorder) continue;
      const box = own.bbox.map((side, i) => side + (i % 2 ? left : top));
      const row = byBox.get(box.join())!;
      const found = [4, 12, 13, 14, 15].map((column) => Number(row[column]));
      expect(found).toEqual([
        own.area,
        own.perimeter,
        own.eccentricity,
        own.solidity,
        own.equivalentDiameterArea,
      ]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(20);
});
