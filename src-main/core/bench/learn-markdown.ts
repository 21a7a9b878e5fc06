/** The tables of `bench learn` as Markdown, with its plots, alone or between two marks of a page. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../../disk/atomic-file.js';
import { AppError } from '../../shared/errors.js';
import { NO_BUDGET } from './learn-points.js';
import { learnPlot } from './learn-plot.js';
import type { BorderFigure, LearnSummary } from './learn-summary.js';
import type { Interval } from './loop-summary.js';

/** Comments between which a page has the tables; GitHub and npm show neither. */
export const MARKS = ['<!-- bench learn: tables -->', '<!-- bench learn: end of tables -->'] as const;

interface Section {
  title: string;
  summaries: LearnSummary[];
  plot: { file: string; svg: string };
}

function sectionsOf(summaries: readonly LearnSummary[]): Section[] {
  const groups = Map.groupBy(summaries, ({ data, labels, part }) => JSON.stringify([data, labels, part]));
  return [...groups.values()].map((own) => {
    const { data, labels, part } = own[0]!;
    const name = part === 'test' ? `learn-${data}-${labels}` : `learn-${data}-${labels}-${part}`;
    return {
      title: `${data}, labels ${labels}, scored on ${part}`,
      summaries: own,
      plot: { file: `${name.replaceAll(/[^\w.-]/g, '-')}.svg`, svg: learnPlot(own) },
    };
  });
}

/** @param images the folder of the plots as it is linked; null leaves them out */
function markdownOf(sections: readonly Section[], images: string | null): string {
  return sections
    .map(({ title, summaries, plot }) => {
      const picture = images !== null ? `\n![${title}](${images}/${plot.file})\n` : '';
      return `**${title}**\n\n${tableOf(summaries)}\n${picture}`;
    })
    .join('\n');
}

function tableOf(summaries: readonly LearnSummary[]): string {
  const { metric } = summaries[0]!;
  const some = (of: (one: LearnSummary) => unknown) => summaries.some((one) => of(one) !== null);
  const columns: [title: string, shown: boolean, cell: (one: LearnSummary) => string][] = [
    ['method', true, ({ method }) => method],
    ['budget', true, ({ budget }) => (budget === NO_BUDGET ? '–' : budget)],
    [
      'seeds',
      true,
      ({ seeds, folds, part }) =>
        part.includes('/') ? `${seeds}, ${folds} of ${part.split('/')[1]} folds` : String(seeds),
    ],
    ['steps', true, ({ steps }) => (steps ? steps.toFixed(0) : '–')],
    [`${metric} (95 %)`, true, ({ score }) => interval(score)],
    ['each seed', true, ({ bySeed }) => bySeed.map(short).join(' ')],
    [
      '− best classical',
      some(({ gain }) => gain),
      ({ gain }) => (gain ? `${signed(gain)} ${gain.over}` : '–'),
    ],
    ['soft macro Dice', some((one) => one.softMacroDice), ({ softMacroDice }) => optional(softMacroDice)],
    ['V_rand', some(({ rand }) => rand), ({ rand }) => borders(rand)],
    ['V_info', some(({ info }) => info), ({ info }) => borders(info)],
    ['fit, s', true, ({ seconds }) => seconds.toFixed(seconds < 10 ? 1 : 0)],
    ['ms/Mpx', true, ({ msPerMegapixel }) => msPerMegapixel.toFixed(0)],
  ];
  const shown = columns.filter(([, wanted]) => wanted);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(shown.map(([title]) => title)),
    `|${'---|'.repeat(shown.length)}`,
    ...summaries.map((one) => line(shown.map(([, , cell]) => cell(one).replaceAll('|', '\\|')))),
  ].join('\n');
}

/** `.912`, as a share is written in docs/engine.md. */
const short = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.');
const interval = ({ mean, low, high }: Interval): string => `${short(mean)} (${short(low)} – ${short(high)})`;
const optional = (value: Interval | null): string => {
  if (!value) return '–';
  return value.low === value.high ? short(value.mean) : interval(value);
};
const withSign = (value: number): string => `${value < 0 ? '−' : '+'}${short(Math.abs(value))}`;
const signed = ({ mean, low, high }: Interval): string =>
  `${withSign(mean)} (${withSign(low)} – ${withSign(high)})`;
const borders = (figure: BorderFigure | null): string =>
  figure ? `${interval(figure.best)} at ${figure.threshold}; ${short(figure.atHalf)} at 0.5` : '–';

/** Writes `learn.md` and a plot a table into a folder; returns the Markdown without plots. */
export async function writeTables(summaries: readonly LearnSummary[], folder: string): Promise<string> {
  const sections = sectionsOf(summaries);
  await writePlots(sections, folder);
  await writeFileAtomic(join(folder, 'learn.md'), Buffer.from(markdownOf(sections, '.')));
  return markdownOf(sections, null);
}

/**
 * Replaces what stands between the marks of a page by the tables, and writes the plots into `images` beside it.
 * @throws AppError('usage') where the page has not both marks, in order
 */
export async function writeIntoPage(summaries: readonly LearnSummary[], page: string): Promise<void> {
  const text = await readFile(page, 'utf8').catch(() => '');
  const [from, to] = MARKS.map((mark) => text.indexOf(mark)) as [number, number];
  if (from < 0 || to < from)
    throw new AppError('usage', `${basename(page)} needs the lines ${MARKS.join(' and ')}, in this order.`);
  const sections = sectionsOf(summaries);
  await writePlots(sections, join(dirname(page), 'images'));
  const tables = `${MARKS[0]}\n\n${markdownOf(sections, 'images')}\n`;
  await writeFileAtomic(page, Buffer.from(text.slice(0, from) + tables + text.slice(to)));
}

async function writePlots(sections: readonly Section[], folder: string): Promise<void> {
  for (const { plot } of sections) await writeFileAtomic(join(folder, plot.file), Buffer.from(plot.svg));
}
