/** What the calls about measurements may be given: a part of `validate.ts`. */
import {
  RESULT_TABLES,
  type ResultChart,
  type ResultsApi,
  type ResultsSource,
} from '../../shared/app-api-results.js';
import {
  finite,
  integer,
  list,
  object,
  oneOf,
  orNull,
  path,
  text,
  within,
  yesOrNo,
  type Check,
} from './checks.js';

const column = text({ min: 1, max: 100 });
const row = integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const table = oneOf(RESULT_TABLES);

const kindOf = <K extends string>(kinds: readonly K[], value: unknown, what: string): K =>
  oneOf(kinds)((value as { kind?: unknown } | null)?.kind, what);

const sources = {
  project: object({ kind: oneOf(['project'] as const) }),
  batch: object({
    kind: oneOf(['batch'] as const),
    batch: integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  }),
};
const source: Check<ResultsSource> = (value, what) =>
  sources[kindOf(['project', 'batch'] as const, value, what)](value, what);

const charts = {
  histogram: object({ kind: oneOf(['histogram'] as const), column }),
  scatter: object({ kind: oneOf(['scatter'] as const), x: column, y: column }),
  boxes: object({
    kind: oneOf(['boxes'] as const),
    column,
    by: oneOf(['folder', 'group', 'class', 'image'] as const),
  }),
};
const chart: Check<ResultChart> = (value, what) =>
  charts[kindOf(['histogram', 'scatter', 'boxes'] as const, value, what)](value, what);

const query = object({
  table,
  sort: orNull(object({ column, descending: yesOrNo })),
  filters: list(
    object({ column }, { contains: text({ max: 1000 }), is: text({ max: 1000 }), min: finite, max: finite }),
    { max: 20 },
  ),
  pixelSizeUm: orNull(within({ min: 1e-6, max: 1e6 })),
});

export const RESULTS_PARAMETERS: { [M in keyof ResultsApi]: Check<Parameters<ResultsApi[M]>[0]> } = {
  measureResults: object({ source }),
  resultsPage: object({ query, first: row, count: integer({ min: 1, max: 500 }) }),
  resultsChart: object({ query, chart }),
  resultPlace: object({ table, row }),
  exportResults: object({
    query,
    columns: list(column, { min: 1, max: 2000 }),
    folder: path,
    name: text({ min: 1, max: 200 }),
    overwrite: yesOrNo,
  }),
};
