/** `brushfield bench train --profile`: the time of a step by kind of operation. */
import { availableParallelism } from 'node:os';
import { profileSteps, type ProfileRow, type StepProfile } from '../../core/bench/train-profile.js';
import { seedOf } from './bench-in-turns.js';
import type { BenchOptions } from './bench.js';
import type { Context } from './command.js';
import { textTable } from './text-table.js';

/** Kinds with less than this share of both steps go into the last line. */
const LEAST_SHARE = 0.01;

export async function runProfiles({ terminal, signal }: Context, options: BenchOptions): Promise<void> {
  const rows = await profileSteps(
    { seed: seedOf(options), ...(options.only !== undefined && { only: options.only }) },
    { signal, onEvent: ({ case: name }) => terminal.message(`  ${name}`) },
  );
  terminal.result({ cores: availableParallelism(), rows }, () =>
    [...rows.map((row) => `${row.case}\n${table(row)}`), EXPLANATION].join('\n\n'),
  );
}

const EXPLANATION =
  'Time of a step by kind of operation, from TensorFlow’s own trace of each; names are those after its optimisation. Operations' +
  ' run side by side, so that a column may add up to more than the step.';

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

function table({ ours, keras }: ProfileRow): string {
  const total = ({ kinds }: StepProfile) => sumOf(Object.values(kinds));
  const share = (profile: StepProfile, kind: string) => (profile.kinds[kind] ?? 0) / total(profile);
  const all = [...new Set([...Object.keys(ours.kinds), ...Object.keys(keras.kinds)])];
  const most = (kind: string) => Math.max(share(ours, kind), share(keras, kind));
  const shown = all.filter((kind) => most(kind) >= LEAST_SHARE).sort((a, b) => most(b) - most(a));
  const rest = all.filter((kind) => !shown.includes(kind));
  const cells = (profile: StepProfile, kinds: readonly string[]) => [
    sumOf(kinds.map((kind) => profile.kinds[kind] ?? 0)).toFixed(1),
    `${(100 * sumOf(kinds.map((kind) => share(profile, kind)))).toFixed(0)} %`,
  ];
  const line = (name: string, kinds: readonly string[]) => [
    name,
    ...cells(ours, kinds),
    ...cells(keras, kinds),
  ];
  return textTable(
    [
      { title: 'Operation' },
      ...['ours, ms', '%', 'Keras, ms', '%'].map((title) => ({ title, align: 'right' as const })),
    ],
    [
      ...shown.map((kind) => line(kind, [kind])),
      line('others', rest),
      line('all', all),
      ['the step', ours.wallMs.toFixed(1), '', keras.wallMs.toFixed(1), ''],
    ],
  );
}
