/** The figures of the window's benchmarks as tables. */
import type { WindowRow } from '../../core/bench/paint.js';
import { textTable } from './text-table.js';

interface Spread {
  p50: number;
  p95: number;
  p99: number;
}

type Cell = (row: WindowRow) => string;

interface Table {
  title: string;
  kinds: readonly string[];
  columns: readonly [title: string, cell: Cell][];
}

const ms = (value: unknown): string =>
  typeof value !== 'number' || !Number.isFinite(value)
    ? ''
    : value >= 100
      ? String(Math.round(value))
      : value.toFixed(1);
const text =
  (field: string): Cell =>
  (row) => {
    const value = row[field];
    return typeof value === 'number' ? ms(value).replace(/\.0$/, '') : typeof value === 'string' ? value : '';
  };
const spread =
  (field: string): Cell =>
  (row) => {
    const times = row[field] as Spread | undefined;
    return times ? [times.p50, times.p95, times.p99].map(ms).join(' / ') : '';
  };
/** Both undone strokes: until the first tile was written anew, until the last one was. */
const undone: Cell = (row) => {
  const steps = row['undo'] as ({ first: number; last: number } | number)[];
  return steps
    .map((step) => (typeof step === 'number' ? ms(step) : `${ms(step.first)} – ${ms(step.last)}`))
    .join(', ');
};
const load: [string, Cell] = ['Load', text('load')];

const TABLES: readonly Table[] = [
  {
    title: 'A stroke of 200 moves, ms (p50 / p95 / p99)',
    kinds: ['stroke', 'konva', 'napari'],
    columns: [
      ['Program', ({ kind }) => (kind === 'stroke' ? 'brushfield' : kind === 'konva' ? 'lines' : kind)],
      ['Side', text('size')],
      ['View', text('view')],
      ['Radius', text('radius')],
      ['Script an event', spread('event')],
      ['Frame', spread('frame')],
      ['Undo', (row) => (row['undo'] ? undone(row) : '')],
      load,
    ],
  },
  {
    title: 'Frames by tenths of many strokes, ms (p50 / p95 / p99)',
    kinds: ['many'],
    columns: [
      ['Side', text('size')],
      ['Strokes', text('strokes')],
      ['First tenth', (row) => spread('part')({ ...row, part: (row['parts'] as Spread[])[0] })],
      ['Last tenth', (row) => spread('part')({ ...row, part: (row['parts'] as Spread[]).at(-1) })],
      ['Page, MB', text('rssMb')],
      load,
    ],
  },
  {
    title: 'Painting while suggestions follow, and without, ms (p50 / p95 / p99)',
    kinds: ['suggestions'],
    columns: [
      ['Suggestions', text('state')],
      ['Frame', spread('frame')],
      ['Script an event', spread('event')],
      ['Lifted to saved', spread('trip')],
      load,
    ],
  },
  {
    title: 'Painting while the engine trains, and without, ms (p50 / p95 / p99)',
    kinds: ['training'],
    columns: [
      ['Training', text('state')],
      ['Frame', spread('frame')],
      ['Script an event', spread('event')],
      ['Lifted to saved', spread('trip')],
      ['Steps meanwhile', text('steps')],
      load,
    ],
  },
  {
    title: 'Lines: frames after so many of them, ms (p50 / p95 / p99)',
    kinds: ['konva-many'],
    columns: [['Before', text('before')], ['Frame', spread('frame')], load],
  },
  {
    title: 'Another image of 4096², uint16, ms (p50 / p95 / p99)',
    kinds: ['switch'],
    columns: [
      ['Before', text('state')],
      ['First tile', spread('first')],
      ['All tiles', spread('whole')],
      load,
    ],
  },
  {
    title: 'Memory while images are paged through, MB',
    kinds: ['paging'],
    columns: [
      ['Images', text('seen')],
      ['JavaScript heap', text('heapMb')],
      ['Page', text('rssMb')],
      ['Core', text('coreMb')],
      load,
    ],
  },
  {
    title: 'Opening a long list, ms',
    kinds: ['open'],
    columns: [
      ['Images', text('rows')],
      ['First time', text('first')],
      ['Again (p50 / p95 / p99)', spread('later')],
      load,
    ],
  },
  {
    title: 'Scrolling it, ms',
    kinds: ['scroll'],
    columns: [
      ['How', text('how')],
      ['Longest blank', text('blankMs')],
      ['Longest without contents', text('waitingMs')],
      ['Frame (p50 / p95 / p99)', spread('frame')],
      load,
    ],
  },
  {
    title: 'Searching it, ms beside the pause of 120 ms after the last key (p50 / p95 / p99)',
    kinds: ['search'],
    columns: [['Hits', text('what')], ['Key to rows', spread('ms')], load],
  },
];

/** The tables that there are rows for. */
export function windowTables(rows: readonly WindowRow[]): string {
  const parts = TABLES.flatMap(({ title, kinds, columns }) => {
    const own = rows.filter(({ kind }) => kinds.includes(kind));
    if (!own.length) return [];
    const lines = own.map((row) => columns.map(([, cell]) => cell(row)));
    return [
      `${title}\n${textTable(
        columns.map(([name]) => ({ title: name })),
        lines,
      )}`,
    ];
  });
  const notes = rows.filter(({ kind }) => kind === 'note').map((row) => String(row['text']));
  return [...parts, ...notes].join('\n\n');
}
