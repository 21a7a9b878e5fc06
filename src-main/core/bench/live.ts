/** How good suggestions from strokes are, beside a random forest on the same strokes; `brushfield bench live`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveBenchImage, LiveBenchReply, LiveBenchRequest } from '../../engine/live-bench-server.js';
import { permutation, randomFor } from '../../shared/random.js';
import type { Call } from '../../shared/rpc.js';
import { indicesOf, readSet, startServers, stopped, type BenchImage } from './live-images.js';
import { LIVE_PROGRAMS, type LivePoint, type LiveProgram } from './live-points.js';
import { paintedStrokes } from './live-strokes.js';
import { DATA_SETS } from './reference-cases.js';

export interface LiveBenchOptions {
  /** Folder with the data sets. */
  folder: string;
  sets: readonly LivePoint['data'][];
  strokes: readonly number[];
  seeds: readonly number[];
  programs?: readonly LiveProgram[];
  /** Points that need not be measured again. */
  known: readonly LivePoint[];
}

/** Images that strokes are painted on: as many as a person opens for so many strokes. */
export const imagesFor = (strokes: number): number => (strokes < 30 ? 1 : strokes < 100 ? 2 : 3);

/** @throws AppError('set-up') without the tests' Python environment, 'stopped'. */
export async function benchLive(
  options: LiveBenchOptions,
  { signal, onEvent }: Call<LivePoint> = {},
): Promise<void> {
  const { sets, strokes, seeds, programs = LIVE_PROGRAMS, known, folder } = options;
  const isKnown = (one: Pick<LivePoint, 'data' | 'program' | 'strokes' | 'seed'>) =>
    known.some(
      (point) =>
        point.data === one.data &&
        point.program === one.program &&
        point.strokes === one.strokes &&
        point.seed === one.seed,
    );
  const servers = await startServers(programs);
  const scratch = await mkdtemp(join(tmpdir(), 'brushfield-live-'));
  try {
    for (const data of sets) {
      const open = seeds.flatMap((seed) =>
        strokes.flatMap((count) =>
          programs.map((program) => ({ data, program, strokes: count, seed })).filter((one) => !isKnown(one)),
        ),
      );
      if (!open.length) continue;
      const { images, classes } = await readSet(data, { folder, scratch, signal });
      for (const one of open) {
        stopped(signal);
        const { labelledPixels, request } = await requestFor(images, { ...one, classes, scratch });
        const reply = (await servers.get(one.program)!.ask(request)) as LiveBenchReply;
        const { featuresMs, testFeaturesMs, fitMs, suggestMs, confusion } = reply;
        const seconds = (featuresMs + testFeaturesMs + fitMs + suggestMs) / 1000;
        onEvent?.({ ...one, labelledPixels, score: scoreOf(confusion, data), seconds });
      }
    }
  } catch (error) {
    // Ctrl+C reaches the programs too, which then end without an answer.
    stopped(signal);
    throw error;
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
    await rm(scratch, { recursive: true, force: true });
  }
}

async function requestFor(
  images: readonly BenchImage[],
  { strokes, seed, classes, scratch }: { strokes: number; seed: number; classes: number; scratch: string },
): Promise<{ labelledPixels: number; request: LiveBenchRequest }> {
  const pool = images.filter(({ split }) => split === 'train');
  const order = permutation(pool.length, randomFor(seed, 5));
  const chosen = [...order.subarray(0, imagesFor(strokes))].map((index) => pool[index]!);
  const painted = paintedStrokes(
    chosen.map(({ truth }) => truth),
    { strokes, classes, seed },
  );
  const train: LiveBenchImage[] = [];
  for (const [index, { width, height, channels, pixels }] of chosen.entries()) {
    const labels = join(scratch, `strokes-${index}.labels`);
    await writeFile(labels, indicesOf(painted[index]!));
    train.push({ width, height, channels, pixels, labels });
  }
  const test = images
    .filter(({ split }) => split === 'test')
    .map(({ width, height, channels, pixels, labels }) => ({ width, height, channels, pixels, labels }));
  const labelledPixels = painted.reduce((sum, { data }) => sum + data.filter(Boolean).length, 0);
  return { labelledPixels, request: { train, test, classes, seed, refits: 0 } };
}

/** The data set's metric: Dice of its first or named class, or mean IoU. */
export function scoreOf(confusion: readonly (readonly number[])[], data: LivePoint['data']): number {
  const classes = confusion.map((row, k) => {
    const truth = row.reduce((sum, value) => sum + value, 0);
    const found = confusion.reduce((sum, other) => sum + other[k]!, 0);
    return { dice: (2 * row[k]!) / (truth + found), iou: row[k]! / (truth + found - row[k]!) };
  });
  const { map, score } = DATA_SETS[data];
  const names = map.split(',').map((part) => part.split('=')[1]!);
  return score({
    classes: classes.map((one, k) => ({ ...one, name: names[k]! })),
    meanIoU: classes.reduce((sum, { iou }) => sum + iou, 0) / classes.length,
  } as never);
}
