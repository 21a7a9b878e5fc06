/** `brushfield bench loader`: training crops beside tf.data and OpenCV in worker processes. */
import { availableParallelism } from 'node:os';
import { benchLoader, LOADER_PROGRAMS, type LoaderRow } from '../../core/bench/loader.js';
import { ratioText, roundsOf, scaleOf } from './bench-in-turns.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

const ROUNDS = 9;
const STEPS = 100;
const SIZE_PX = 224;
const BATCH = 4;
const STEP_MS = 10;

export const LOADER_BENCHMARK: Benchmark = {
  name: 'loader',
  summary: 'Training crops a second beside tf.data and OpenCV in worker processes, in turns (about 6 min).',
  async run({ terminal, signal }, options) {
    const scale = scaleOf(options);
    const rows = await benchLoader(
      {
        rounds: roundsOf(ROUNDS, scale),
        steps: Math.max(10, Math.round(STEPS * scale)),
        size: SIZE_PX,
        batch: BATCH,
        stepMs: STEP_MS,
        workers: [1, 2],
        seed: Number((options.seeds ?? '1').split(',')[0]),
        ...(options.only !== undefined && { only: options.only }),
      },
      {
        signal,
        onEvent: ({ recipe, workers, programs }) =>
          terminal.message(`  ${recipe}, ${workers} workers: ${programs.ours.perS.toFixed(0)} crops/s`),
      },
    );
    terminal.result({ cores: availableParallelism(), rows }, () => `${table(rows)}\n\n${EXPLANATION}`);
  },
};

const EXPLANATION =
  `Crops of ${SIZE_PX}² a second, in batches of ${BATCH}, median of the rounds; × is ours ÷ the other with its 95 %` +
  ` interval over rounds. The last columns are with a stand-in for an engine that takes ${STEP_MS} ms a step without` +
  ` using the processor: crops a second, of ${(BATCH / STEP_MS) * 1000} at most, and the share of steps that waited` +
  ' more than 1 ms for their batch. Python is OpenCV and Pillow in processes with shared memory, as PyTorch loads data.';

const NAMES = { ours: 'ours', 'tf.data': 'tf.data', python: 'Python' } as const;

const table = (rows: readonly LoaderRow[]): string =>
  textTable(
    [
      { title: 'Recipe' },
      { title: 'Workers', align: 'right' },
      { title: 'Program' },
      ...['Crops/s', '×', 'With steps', 'Waited'].map((title) => ({ title, align: 'right' as const })),
    ],
    rows.flatMap(({ recipe, workers, programs }) =>
      LOADER_PROGRAMS.map((name) => [
        recipe,
        String(workers),
        NAMES[name],
        programs[name].perS.toFixed(0),
        ratioText(programs[name].ratio),
        programs[name].perSWithSteps.toFixed(0),
        `${(programs[name].waited * 100).toFixed(0)} %`,
      ]),
    ),
  );
