/** `brushfield bench live`: suggestions from strokes, beside a random forest on the same strokes. */
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  LIVE_HEADER,
  liveLineOf,
  livePointsIn,
  liveSummariesOf,
  type LivePoint,
  type LiveSummary,
} from '../../core/bench/live-points.js';
import { benchLive } from '../../core/bench/live.js';
import { benchLiveSpeed, type LiveSpeed } from '../../core/bench/live-speed.js';
import type { Interval } from '../../core/bench/loop-summary.js';
import { livePlot } from '../../core/bench/live-plot.js';
import { DATA_SETS } from '../../core/bench/reference-cases.js';
import { writeFileAtomic } from '../../disk/atomic-file.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

const STROKES = [10, 30, 100, 300];
const REFITS = { ours: 20, forest: 3 };

export const LIVE_BENCHMARK: Benchmark = {
  name: 'live',
  summary:
    'Suggestions from 10 to 300 strokes beside a random forest of scikit-learn on the same strokes (goes on where it was broken off).',
  async run({ terminal, signal }, options) {
    if (!options.data)
      throw new AppError('usage', 'Say where the data sets are: "brushfield bench live --data FOLDER".');
    const output = resolve(options.output ?? 'brushfield-bench');
    await mkdir(output, { recursive: true });
    const file = join(output, 'live.csv');
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) appendFileSync(file, LIVE_HEADER);
    // Half a line of a run that was killed.
    else if (!text.endsWith('\n')) appendFileSync(file, '\n');
    const names = Object.keys(DATA_SETS) as LivePoint['data'][];
    const sets = names.filter((name) => name.includes(options.only ?? ''));
    if (!sets.length)
      throw new AppError('usage', `--only takes part of the name of a set: ${names.join(', ')}.`);
    const seeds = (options.seeds ?? '1,2,3,4,5').split(',').map((seed) => {
      if (!/^\d{1,6}$/.test(seed)) throw new AppError('usage', `--seeds takes whole numbers, not "${seed}".`);
      return Number(seed);
    });
    await benchLive(
      { folder: resolve(options.data), sets, strokes: STROKES, seeds, known: livePointsIn(text ?? '') },
      {
        signal,
        onEvent(point) {
          const { data, program, strokes, seed, score, seconds } = point;
          appendFileSync(file, liveLineOf(point));
          terminal.message(
            `${data}, ${strokes} strokes, seed ${seed}, ${program}: ${score.toFixed(3)}, ${seconds.toFixed(1)} s`,
          );
        },
      },
    );
    terminal.message('Speed on 1024²:');
    const speed = await benchLiveSpeed(
      { folder: resolve(options.data), sets, refits: REFITS },
      {
        signal,
        onEvent: ({ data, program, firstS, medianS }) =>
          terminal.message(
            `${data}, ${program}: first ${firstS.toFixed(1)} s, again ${medianS.toFixed(2)} s`,
          ),
      },
    );
    const points = livePointsIn(await readFile(file, 'utf8'));
    const summaries = liveSummariesOf(points);
    for (const data of new Set(summaries.map((one) => one.data)))
      await writeFileAtomic(
        join(output, `live-${data.replace(' ', '-')}.svg`),
        Buffer.from(livePlot(summaries.filter((one) => one.data === data))),
      );
    terminal.result({ points, summaries, speed }, () => `${table(summaries)}\n\n${speedTable(speed)}`);
  },
};

const shown = ({ mean, low, high }: Interval): string =>
  `${mean.toFixed(3)} (${low.toFixed(3)} – ${high.toFixed(3)})`;

const table = (summaries: readonly LiveSummary[]): string =>
  textTable(
    [
      { title: 'Data' },
      ...['Strokes', 'Seeds', 'Pixels'].map((title) => ({ title, align: 'right' as const })),
      { title: 'Ours' },
      { title: 'Forest' },
      { title: 'Ours − forest' },
      ...['Ours, s', 'Forest, s'].map((title) => ({ title, align: 'right' as const })),
    ],
    summaries.map(({ data, strokes, seeds, labelledPixels, score, gain, seconds }) => [
      data,
      String(strokes),
      String(seeds),
      labelledPixels.toFixed(0),
      shown(score.ours),
      shown(score.forest),
      shown(gain),
      seconds.ours.toFixed(1),
      seconds.forest.toFixed(1),
    ]),
  );

const speedTable = (rows: readonly LiveSpeed[]): string =>
  textTable(
    [
      { title: '1024² of' },
      { title: 'Program' },
      ...['Channels', 'First, s', 'New image, s', 'Stroke, median s', '95 %, s', 'Peak, MB'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    rows.map(({ data, program, channels, firstS, newImageS, medianS, mostS, peakMb }) => [
      data,
      program,
      String(channels),
      firstS.toFixed(2),
      newImageS?.toFixed(2) ?? '',
      medianS.toFixed(2),
      mostS.toFixed(2),
      peakMb?.toFixed(0) ?? '',
    ]),
  );
