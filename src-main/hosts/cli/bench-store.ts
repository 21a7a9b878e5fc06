/** `brushfield bench store`: the project database at a lab's size, each figure beside what it must not exceed. */
import { availableParallelism } from 'node:os';
import { benchStore } from '../../core/bench/store.js';
import type { StoreFigure } from '../../core/bench/store-figures.js';
import { scaleOf } from './bench-in-turns.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

export const STORE_BENCHMARK: Benchmark = {
  name: 'store',
  summary:
    'A project of 100,000 images and 1,000 label maps of 4096²: lists, searches, strokes, undo (about 3 min).',
  async run({ terminal, signal }, options) {
    const scale = scaleOf(options);
    const figures = await benchStore(
      {
        scale,
        seed: Number(options.seeds?.split(',')[0] ?? 1),
        ...(options.output !== undefined && { folder: options.output }),
      },
      { signal, onEvent: (text) => terminal.message(text) },
    );
    const rows = figures.map((figure) => ({ ...figure, met: isMet(figure) }));
    terminal.result({ scale, cores: availableParallelism(), rows }, () => table(figures));
    return rows.some(({ met }) => met === false) ? 1 : 0;
  },
};

/** A target is for the slow ones: 95 of 100 must be within it. */
const isMet = ({ target, p95 }: StoreFigure): boolean | null =>
  target === null || p95 === null ? null : p95 <= target;

const number = (value: number | null): string =>
  value === null ? '' : value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2);

const table = (figures: readonly StoreFigure[]): string =>
  textTable(
    [
      { title: 'What' },
      { title: 'Median', align: 'right' },
      { title: 'p95', align: 'right' },
      { title: 'p99', align: 'right' },
      { title: 'Unit' },
      { title: 'At most', align: 'right' },
      { title: 'Peer', align: 'right' },
      { title: 'Ours ÷ peer' },
    ],
    figures.map((figure) => [
      figure.name,
      number(figure.value),
      number(figure.p95),
      number(figure.p99),
      figure.unit,
      number(figure.target),
      number(figure.peer?.value ?? null),
      figure.peer
        ? `${number(figure.peer.ratio)} (${number(figure.peer.low)} – ${number(figure.peer.high)}) ${figure.peer.name}`
        : '',
    ]),
  );
