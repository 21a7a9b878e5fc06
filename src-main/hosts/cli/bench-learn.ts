/** `brushfield bench learn`: held-out scores of networks and classical methods after stated budgets. */
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LEARN_HEADER, learnPointsIn, linesOf } from '../../core/bench/learn-points.js';
import { parseBudgets, parseLabels, parseMethods, parsePart } from '../../core/bench/learn-plan.js';
import { learnPlot } from '../../core/bench/learn-plot.js';
import { findLearnSets } from '../../core/bench/learn-sets.js';
import { learnSummariesOf, type LearnSummary } from '../../core/bench/learn-summary.js';
import { benchLearn } from '../../core/bench/learn.js';
import { writeFileAtomic } from '../../disk/atomic-file.js';
import type { DeviceChoice } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

export const LEARN_BENCHMARK: Benchmark = {
  name: 'learn',
  summary:
    'Held-out scores of the default network, the tutorial’s networks, thresholds and a random forest after stated budgets, on any folder of images, labels and splits (goes on where it was broken off).',
  async run({ terminal, signal }, options) {
    if (!options.data)
      throw new AppError('usage', 'Say where the images are: "brushfield bench learn --data FOLDER".');
    const methods = parseMethods(
      options.methods ?? 'unet-quick,otsu,multi-otsu,forest,unet-mini,unet-mobilenet',
    );
    const budgets = parseBudgets(options.budgets ?? '1min,4min');
    const labels = parseLabels(options.labels ?? 'all,3@2');
    const part = parsePart(options.part ?? 'test');
    const seeds = seedsOf(options.seeds ?? '1,2,3');
    const sets = await findLearnSets(resolve(options.data), options.only);
    const output = resolve(options.output ?? 'brushfield-bench');
    await mkdir(output, { recursive: true });
    const file = join(output, 'learn.csv');
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) appendFileSync(file, LEARN_HEADER);
    // Half a line of a run that was killed.
    else if (!text.endsWith('\n')) appendFileSync(file, '\n');
    const engine = {
      ...(options.device && { device: options.device as DeviceChoice }),
      ...(options.threads && { threads: Number(options.threads) }),
    };
    await benchLearn(
      { sets, labels, methods, budgets, part, seeds, engine, known: learnPointsIn(text ?? '') },
      {
        signal,
        onEvent(event) {
          if (event.kind === 'running') {
            const { data, labels: amount, method, budget, seed } = event.key;
            return terminal.message(`${data}, labels ${amount}, seed ${seed}, ${method}, ${budget} …`);
          }
          const { point } = event;
          appendFileSync(file, linesOf(point));
          const { metric, score } = sets.find(({ name }) => name === point.data)!;
          const { value, low, high } = score(point);
          terminal.message(
            `  ${metric} ${value.toFixed(3)} (${low.toFixed(3)} – ${high.toFixed(3)}) after ${point.steps} steps, ${point.seconds.toFixed(0)} s`,
          );
        },
      },
    );
    const points = learnPointsIn(await readFile(file, 'utf8')).filter((point) => point.part === part.name);
    const summaries = learnSummariesOf(points, sets);
    await writePlots(summaries, output);
    terminal.result({ points, summaries }, () => table(summaries));
  },
};

function seedsOf(text: string): number[] {
  return text.split(',').map((seed) => {
    if (!/^\d{1,6}$/.test(seed)) throw new AppError('usage', `--seeds takes whole numbers, not "${seed}".`);
    return Number(seed);
  });
}

async function writePlots(summaries: readonly LearnSummary[], output: string): Promise<void> {
  for (const own of Map.groupBy(summaries, ({ data, labels }) => `${data}-${labels}`).values()) {
    const plot = learnPlot(own);
    const name = `learn-${own[0]!.data}-${own[0]!.labels}.svg`.replaceAll(/[^\w.-]/g, '-');
    if (plot) await writeFileAtomic(join(output, name), Buffer.from(plot));
  }
}

const table = (summaries: readonly LearnSummary[]): string => {
  const right = (title: string) => ({ title, align: 'right' as const });
  return textTable(
    [
      ...['Data', 'Labels', 'Method', 'Budget'].map((title) => ({ title })),
      ...['Seeds', 'Steps'].map(right),
      ...['Figure', 'Mean (95 %, images)', 'Seeds'].map((title) => ({ title })),
      ...['Fit, s', 'ms/Mpx'].map(right),
    ],
    summaries.map(
      ({ data, labels, method, budget, seeds, steps, metric, score, bySeed, seconds, msPerMegapixel }) => [
        ...[data, labels, method, budget, String(seeds), steps.toFixed(0), metric],
        `${score.mean.toFixed(3)} (${score.low.toFixed(3)} – ${score.high.toFixed(3)})`,
        bySeed.map((value) => value.toFixed(3)).join(' / '),
        seconds.toFixed(seconds < 10 ? 1 : 0),
        msPerMegapixel.toFixed(0),
      ],
    ),
  );
};
