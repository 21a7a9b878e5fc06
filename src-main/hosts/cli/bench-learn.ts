/** `brushfield bench learn`: held-out scores of networks and classical methods after stated budgets. */
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { IMAGES_HEADER, imageLinesIn, imageLinesOf, imagesOf } from '../../core/bench/learn-images.js';
import { writeIntoPage, writeTables } from '../../core/bench/learn-markdown.js';
import { parseBudgets, parseLabels, parseMethods, parseParts, wholeOf } from '../../core/bench/learn-plan.js';
import { LEARN_HEADER, learnPointsIn, linesOf, type LearnPoint } from '../../core/bench/learn-points.js';
import { findLearnSets, scoreOf } from '../../core/bench/learn-sets.js';
import { learnSummariesOf, type LearnSummary } from '../../core/bench/learn-summary.js';
import { benchLearn } from '../../core/bench/learn.js';
import type { DeviceChoice } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark, BenchOptions } from './bench.js';
import type { Context } from './command.js';
import { textTable } from './text-table.js';

const POINTS_FILE = 'learn.csv';
const IMAGES_FILE = 'learn-images.csv';

export const LEARN_BENCHMARK: Benchmark = {
  name: 'learn',
  summary:
    'Held-out scores of the default network, the tutorial’s networks, thresholds and a random forest after stated budgets, on any folder of images, labels and splits (goes on where it was broken off).',
  async run(context, options) {
    const { terminal, signal } = context;
    if (options.tables !== undefined) return tablesOf(context, options, resolve(options.tables));
    if (!options.data)
      throw new AppError('usage', 'Say where the images are: "brushfield bench learn --data FOLDER".');
    const methods = parseMethods(
      options.methods ?? 'unet-quick,otsu,multi-otsu,forest,unet-mini,unet-mobilenet',
    );
    const budgets = parseBudgets(options.budgets ?? '1min,4min');
    const labels = parseLabels(options.labels ?? 'all,3@2');
    const parts = parseParts(options.part ?? 'test');
    const seeds = seedsOf(options.seeds ?? '1,2,3');
    const sets = await findLearnSets(resolve(options.data), options.only);
    const output = resolve(options.output ?? 'brushfield-bench');
    await mkdir(output, { recursive: true });
    const file = join(output, POINTS_FILE);
    const known = learnPointsIn(await opened(file, LEARN_HEADER));
    const imagesFile = join(output, IMAGES_FILE);
    await opened(imagesFile, IMAGES_HEADER);
    const engine = {
      ...(options.device && { device: options.device as DeviceChoice }),
      ...(options.threads && { threads: Number(options.threads) }),
    };
    await benchLearn(
      { sets, labels, methods, budgets, parts, seeds, engine, known },
      {
        signal,
        onEvent(event) {
          if (event.kind === 'running') {
            const { data, labels: amount, part, method, budget, seed } = event.key;
            const scored = parts.length > 1 ? `, ${part}` : '';
            return terminal.message(
              `${data}, labels ${amount}${scored}, seed ${seed}, ${method}, ${budget} …`,
            );
          }
          const { point } = event;
          // First: a point whose images were cut off is measured again, with them.
          appendFileSync(imagesFile, imageLinesOf(point, point.images));
          appendFileSync(file, linesOf(point));
          const set = sets.find(({ name }) => name === point.data)!;
          const { value, low, high } = scoreOf(point, set);
          terminal.message(
            `  ${set.metric} ${value.toFixed(3)} (${low.toFixed(3)} – ${high.toFixed(3)}) after ${point.steps} steps, ${point.seconds.toFixed(0)} s`,
          );
        },
      },
    );
    const wanted = wholeOf(parts[0]!.name);
    const points = (await pointsOf(file)).filter(
      ({ data, part }) => sets.some(({ name }) => name === data) && wholeOf(part) === wanted,
    );
    const summaries = learnSummariesOf(points);
    await writeTables(summaries, output);
    terminal.result({ points: withoutImages(points), summaries }, () => table(summaries));
  },
};

/** What stands in a file, which is begun where it is missing; half a line of a run that was killed is ended. */
async function opened(file: string, header: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) appendFileSync(file, header);
  else if (!text.endsWith('\n')) appendFileSync(file, '\n');
  return text ?? '';
}

/** With their images, where these were kept beside them. */
async function pointsOf(file: string): Promise<LearnPoint[]> {
  const lines = await readFile(join(dirname(file), IMAGES_FILE), 'utf8').catch(() => '');
  const images = imageLinesIn(lines);
  return learnPointsIn(await readFile(file, 'utf8')).map((point) => ({
    ...point,
    images: imagesOf(images, point),
  }));
}

/** Tables and plots of points that are there, of a run that goes on or was broken off too; nothing is measured. */
async function tablesOf({ terminal }: Context, options: BenchOptions, given: string): Promise<void> {
  const file = given.endsWith('.csv') ? given : join(given, POINTS_FILE);
  const points = await pointsOf(file).catch((cause: unknown) => {
    throw new AppError('not-found', `There are no points in ${given}; name the folder of a run.`, { cause });
  });
  const wanted = options.part === undefined ? null : wholeOf(parseParts(options.part)[0]!.name);
  const summaries = learnSummariesOf(
    points.filter(
      ({ data, part }) => (wanted === null || wholeOf(part) === wanted) && data.includes(options.only ?? ''),
    ),
  );
  if (!summaries.length) throw new AppError('not-found', `No point in ${given} is of what was asked for.`);
  if (options.page !== undefined) await writeIntoPage(summaries, resolve(options.page));
  const output = resolve(options.output ?? 'brushfield-bench');
  await mkdir(output, { recursive: true });
  const markdown = await writeTables(summaries, output);
  terminal.result({ points: withoutImages(points), summaries }, () => markdown);
}

const withoutImages = (points: readonly LearnPoint[]) => points.map(({ images: _, ...point }) => point);

function seedsOf(text: string): number[] {
  return text.split(',').map((seed) => {
    if (!/^\d{1,6}$/.test(seed)) throw new AppError('usage', `--seeds takes whole numbers, not "${seed}".`);
    return Number(seed);
  });
}

const table = (summaries: readonly LearnSummary[]): string => {
  const right = (title: string) => ({ title, align: 'right' as const });
  return textTable(
    [
      ...['Data', 'Labels', 'Method', 'Budget'].map((title) => ({ title })),
      ...['Seeds', 'Steps'].map(right),
      ...['Figure', 'Mean (95 %, images)', 'Seeds', 'Soft Dice', 'V_rand', 'V_info'].map((title) => ({
        title,
      })),
      ...['Fit, s', 'ms/Mpx'].map(right),
    ],
    summaries.map((one) => [
      ...[one.data, one.labels, one.method, one.budget, String(one.seeds), one.steps.toFixed(0), one.metric],
      `${one.score.mean.toFixed(3)} (${one.score.low.toFixed(3)} – ${one.score.high.toFixed(3)})`,
      one.bySeed.map((value) => value.toFixed(3)).join(' / '),
      ...[one.softMacroDice, one.rand?.best, one.info?.best].map((value) => value?.mean.toFixed(3) ?? '–'),
      one.seconds.toFixed(one.seconds < 10 ? 1 : 0),
      one.msPerMegapixel.toFixed(0),
    ]),
  );
};
