/** How long whole trainings take, crops cut and augmented meanwhile, beside Keras with tf.data; `brushfield bench train --whole`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainBenchReply, TrainBenchRequest } from '../../engine/train-bench-server.js';
import type { Call } from '../../shared/rpc.js';
import { loaderConfig, writeLoaderPictures } from './loader.js';
import { median, orderIn, requireGoingOn } from './in-turns.js';
import { pairedRatio, type PairedRatio } from './paired.js';
import { testPython } from './test-python.js';
import { TRAIN_CASES, trainConfig, trainServer } from './train.js';

export const WHOLE_PROGRAMS = ['ours', 'keras'] as const;
export type WholeProgram = (typeof WHOLE_PROGRAMS)[number];

export interface WholeFigures {
  /** From the start of the process to the end of the last step, s: median of the rounds. */
  wallS: number;
  /** Ours ÷ this program, of the same round. */
  ratio: PairedRatio | null;
  /** Share of the time from the second step on in which a step was computed rather than a batch awaited: median. */
  busy: number;
  peakMb: number;
}

export interface WholeRow {
  case: string;
  steps: number;
  programs: Record<WholeProgram, WholeFigures>;
}

export interface WholeBenchOptions {
  rounds: number;
  steps: number;
  /** That cut and augment crops. */
  workers: number;
  only?: string;
  seed: number;
}

/** Cases of `bench train` without those of 512², a step of which takes seconds. */
const LARGEST_SIDE_PX = 224;

/** @throws AppError('set-up') without the tests' Python environment. */
export async function benchWholeTrainings(
  { rounds, steps, workers, only = '', seed }: WholeBenchOptions,
  { signal, onEvent }: Call<WholeRow> = {},
): Promise<WholeRow[]> {
  const keras = await testPython();
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-bench-'));
  const rows: WholeRow[] = [];
  try {
    const snapshot = await writeLoaderPictures(keras, folder);
    for (const given of TRAIN_CASES) {
      const name = `${given.network} ${given.batch}×${given.size}²`;
      if (given.size > LARGEST_SIDE_PX || !name.includes(only)) continue;
      const loader = loaderConfig(folder, snapshot, given.network, { ...given, workers, seed });
      const config = { ...trainConfig(given, seed), loader };
      const measured: Record<WholeProgram, Measured[]> = { ours: [], keras: [] };
      for (let round = 0; round < rounds; round++)
        for (const program of orderIn(round, WHOLE_PROGRAMS)) {
          requireGoingOn(signal);
          measured[program].push(await trainOnce(program, config, { steps, keras }));
        }
      const row = rowOf(name, steps, measured, seed);
      rows.push(row);
      onEvent?.(row);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

interface Measured {
  wallS: number;
  busy: number;
  peakMb: number;
}

/** A process that trains and ends. */
async function trainOnce(
  program: WholeProgram,
  config: Parameters<typeof trainServer>[1],
  { steps, keras }: { steps: number; keras: string },
): Promise<Measured> {
  const start = performance.now();
  const server = trainServer(program, config, { keras, torch: null });
  try {
    const ask = async (count: number) =>
      (await server.ask({ steps: count } satisfies TrainBenchRequest)) as TrainBenchReply;
    // The first step has the making of the graph in it, and more batches are made ahead meanwhile than later.
    await ask(1);
    const { ms, seconds, peakMb } = await ask(steps - 1);
    const wallS = (performance.now() - start) / 1000;
    return { wallS, busy: ms.reduce((sum, one) => sum + one, 0) / 1000 / seconds, peakMb };
  } finally {
    await server.stop();
  }
}

function rowOf(
  name: string,
  steps: number,
  measured: Readonly<Record<WholeProgram, Measured[]>>,
  seed: number,
): WholeRow {
  const walls = (program: WholeProgram) => measured[program].map(({ wallS }) => wallS);
  const of = (program: WholeProgram): WholeFigures => ({
    wallS: median(walls(program)),
    ratio: program === 'ours' ? null : pairedRatio(walls('ours'), walls(program), seed),
    busy: median(measured[program].map(({ busy }) => busy)),
    peakMb: median(measured[program].map(({ peakMb }) => peakMb)),
  });
  return { case: name, steps, programs: { ours: of('ours'), keras: of('keras') } };
}
