/** `brushfield bench loop`: whether correcting where the model is least sure pays. */
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../../disk/atomic-file.js';
import { loopPlot } from '../../core/bench/loop-plot.js';
import { LOOP_HEADER, lineOf, pointsIn, type LoopPoint } from '../../core/bench/loop-points.js';
import { RANKINGS } from '../../core/bench/loop-rankings.js';
import { summariesOf, type Interval, type LoopSummary } from '../../core/bench/loop-summary.js';
import { runLoop } from '../../core/bench/loop.js';
import { DATA_SETS } from '../../core/bench/reference-cases.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

/** Short trainings of few pixels, so that rankings can be compared on a small machine: docs/engine.md. */
const STUDY = { steps: [120, 60] } as const;
/** Some tens of thousands of pixels a round, and training images that a small machine predicts in seconds. */
const SIZES = {
  membrane: { tiles: 4, pool: 8 },
  nuclei: { tiles: 8, pool: 24 },
  'blood cells': { tiles: 16, pool: 24 },
} as const satisfies Record<LoopPoint['data'], { tiles: number; pool: number }>;
const ROUNDS = 3;
const SET = { size: 64 };
/** So few steps do not recover from the rate that a network is begun with: scores would fall with every round. */
const RETRAIN = { lr: 1e-3 };

export const LOOP_BENCHMARK: Benchmark = {
  name: 'loop',
  summary:
    'Correcting the tiles a model is least sure of beside random ones, on public data (hours; goes on where it was broken off).',
  async run({ terminal, signal }, options) {
    if (!options.data)
      throw new AppError('usage', 'Say where the data sets are: "brushfield bench loop --data FOLDER".');
    const output = resolve(options.output ?? 'brushfield-bench');
    const work = join(output, 'loop');
    await mkdir(work, { recursive: true });
    const file = join(output, 'loop.csv');
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) appendFileSync(file, LOOP_HEADER);
    // Half a line of a run that was killed.
    else if (!text.endsWith('\n')) appendFileSync(file, '\n');
    // Of a version that counted less.
    if (text !== null && !text.startsWith(LOOP_HEADER))
      await writeFileAtomic(file, LOOP_HEADER + pointsIn(text).map(lineOf).join(''));
    const points = pointsIn(text ?? '');
    const rounds = wholeNumber(options.rounds ?? String(ROUNDS), '--rounds');
    const seeds = (options.seeds ?? '1,2,3,4,5').split(',').map((seed) => wholeNumber(seed, '--seeds'));
    const { sets, rankings } = chosen(options.only ?? '');
    for (const data of sets)
      for (const seed of seeds)
        await runLoop(
          {
            ...{ ...STUDY, ...SIZES[data], work, data, seed, rounds, rankings, known: points },
            folder: resolve(options.data),
            retrain: RETRAIN,
            set: {
              ...SET,
              ...(options.device && { device: options.device }),
              ...(options.threads && { threads: options.threads }),
            },
          },
          {
            signal,
            onEvent(point) {
              const { ranking, round, labelledPixels, dice } = point;
              appendFileSync(file, lineOf(point));
              terminal.message(
                `${data}, seed ${seed}, ${ranking}, round ${round}: ${dice.toFixed(3)} with ${labelledPixels} px`,
              );
            },
          },
        );
    const all = pointsIn(await readFile(file, 'utf8'));
    const summaries = summariesOf(all, rounds);
    for (const data of new Set(summaries.map((one) => one.data)))
      await writeFileAtomic(
        join(output, `loop-${data.replace(' ', '-')}.svg`),
        Buffer.from(loopPlot(summaries.filter((one) => one.data === data))),
      );
    terminal.result({ points: all, summaries }, () => table(summaries));
  },
};

/** `SET`, `SET:RANKING` or `SET:RANKING+RANKING`; either may be empty. */
function chosen(only: string) {
  const [wantedSet = '', wanted = ''] = only.split(':');
  const sets = (Object.keys(DATA_SETS) as LoopPoint['data'][]).filter((name) => name.includes(wantedSet));
  const names = wanted ? wanted.split('+') : RANKINGS.map(({ name }) => name);
  const rankings = names.map((name) => RANKINGS.find((one) => one.name === name));
  if (!sets.length || rankings.some((one) => !one))
    throw new AppError(
      'usage',
      `--only takes SET:RANKING+RANKING of the sets ${Object.keys(DATA_SETS).join(', ')} and the rankings ${RANKINGS.map(({ name }) => `"${name}"`).join(', ')}.`,
    );
  return { sets, rankings: rankings.filter((one) => one !== undefined) };
}

function wholeNumber(text: string, option: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new AppError('usage', `${option} takes whole numbers, not "${text}".`);
  return Number(text);
}

const shown = (value: Interval | null, digits: number, scale = 1): string =>
  value ? [value.mean, value.low, value.high].map((v) => (v * scale).toFixed(digits)).join(' / ') : '–';

const table = (summaries: readonly LoopSummary[]): string =>
  textTable(
    [
      { title: 'Data' },
      { title: 'Ranking' },
      { title: 'Seeds', align: 'right' },
      { title: 'Dice by round' },
      { title: 'Area / low / high' },
      { title: '− random / low / high' },
      { title: 'Fewer pixels, % / low / high' },
      { title: 'Fewer painted, % / low / high' },
    ],
    summaries.map(({ data, ranking, seeds, curve, area, gain, saving, paintedSaving }) => [
      data,
      ranking,
      String(seeds),
      curve.map(({ dice }) => dice.mean.toFixed(3)).join(' '),
      shown(area, 3),
      shown(gain, 3),
      shown(saving, 0, 100),
      shown(paintedSaving, 0, 100),
    ]),
  );
