/** `brushfield bench train --whole`: trainings of 300 steps beside Keras with tf.data. */
import { availableParallelism } from 'node:os';
import { benchWholeTrainings, WHOLE_PROGRAMS, type WholeRow } from '../../core/bench/train-whole.js';
import { ratioText, roundsOf, seedOf } from './bench-in-turns.js';
import type { BenchOptions } from './bench.js';
import type { Context } from './command.js';
import { textTable } from './text-table.js';

const ROUNDS = 5;
const STEPS = 300;
const WORKERS = 2;

/** @param scale above 0 and at most 1: of rounds and steps. */
export async function runWholeTrainings(
  { terminal, signal }: Context,
  options: BenchOptions,
  scale: number,
): Promise<void> {
  const rows = await benchWholeTrainings(
    {
      rounds: roundsOf(ROUNDS, scale),
      steps: Math.max(10, Math.round(STEPS * scale)),
      workers: WORKERS,
      seed: seedOf(options),
      ...(options.only !== undefined && { only: options.only }),
    },
    {
      signal,
      onEvent: ({ case: name, programs: { ours, keras } }) =>
        terminal.message(`  ${name}: ${ours.wallS.toFixed(0)} s, Keras ${keras.wallS.toFixed(0)} s`),
    },
  );
  terminal.result({ cores: availableParallelism(), rows }, () => `${table(rows)}\n\n${EXPLANATION}`);
}

const EXPLANATION =
  'From the start of the process to the end of the last step, median. × is ours ÷ the other with its 95 % interval over' +
  ' rounds. "Busy" is the share of the time from the second step on in which a step was computed; the rest waited for a' +
  ` batch. Crops are augmented by the network’s recipe meanwhile: ${WORKERS} workers here, tf.data with ${WORKERS} threads in Keras.` +
  ' Evaluations and checkpoints are in neither.';

const NAMES = { ours: 'ours', keras: 'Keras, tf.data' } as const;

const table = (rows: readonly WholeRow[]): string =>
  textTable(
    [
      { title: 'Case' },
      { title: 'Program' },
      ...['Steps', 's', '×', 'Busy', 'Peak, MB'].map((title) => ({ title, align: 'right' as const })),
    ],
    rows.flatMap(({ case: name, steps, programs }) =>
      WHOLE_PROGRAMS.map((program) => {
        const { wallS, ratio, busy, peakMb } = programs[program];
        return [
          name,
          NAMES[program],
          ...[String(steps), wallS.toFixed(1), ratioText(ratio)],
          ...[`${(100 * busy).toFixed(0)} %`, peakMb.toFixed(0)],
        ];
      }),
    ),
  );
