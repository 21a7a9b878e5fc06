/** Measurements of the project's labels or of a batch: the table as it is shown, page by page, and the charts of it. */
import {
  type ResultChart,
  type ResultChartData,
  type ResultColumn,
  type ResultFilter,
  type ResultPlace,
  type ResultQuery,
  type ResultRow,
  type ResultsApi,
  type ResultsInfo,
  type ResultsSource,
  type ResultTable,
} from '../../src-main/shared/app-api-results.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { resultsStrings as texts } from '../strings-results.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';

export interface ResultsPlace {
  api: () => ResultsApi;
  jobs: Jobs;
  notices: Notices;
}

export type ResultView = 'table' | 'histogram' | 'scatter' | 'boxes';

const PAGE = 200;
/** Hardly anybody looks at them first. */
const HIDDEN = ['folder', 'group', 'bbox-0', 'bbox-1', 'bbox-2', 'bbox-3'];

export class Results {
  /** Whether the dock is there. */
  open = $state(false);
  source: ResultsSource = $state.raw({ kind: 'project' });
  info: ResultsInfo | null = $state.raw(null);
  view: ResultView = $state('table');
  table: ResultTable = $state('objects');
  sort: ResultQuery['sort'] = $state.raw(null);
  className = $state('');
  search = $state('');
  range: { column: string; min: number | null; max: number | null } = $state({
    column: '',
    min: null,
    max: null,
  });
  pixelSizeUm: number | null = $state(null);
  hidden: readonly string[] = $state.raw(HIDDEN);
  /** What charts are of. */
  x = $state('area');
  y = $state('perimeter');
  by: 'folder' | 'group' | 'class' | 'image' = $state('folder');
  rows: ReadonlyMap<number, ResultRow> = $state.raw(new Map<number, ResultRow>());
  total = $state(0);
  chart: ResultChartData | null = $state.raw(null);
  current = $state(0);
  readonly columns: readonly ResultColumn[] = $derived(this.info?.tables[this.table].columns ?? []);
  readonly shown: readonly number[] = $derived(
    this.columns.flatMap(({ name }, place) => (this.hidden.includes(name) ? [] : [place])),
  );
  readonly numbers: readonly ResultColumn[] = $derived(this.columns.filter(({ kind }) => kind === 'number'));
  #view = { first: 0, end: PAGE };
  #turn = 0;
  #chartTurn = 0;

  constructor(private readonly place: ResultsPlace) {}

  get query(): ResultQuery {
    const filters: ResultFilter[] = [];
    if (this.className) filters.push({ column: 'class', is: this.className });
    if (this.search.trim()) filters.push({ column: 'image', contains: this.search.trim() });
    const { column, min, max } = this.range;
    if (column && (min !== null || max !== null))
      filters.push({ column, ...(min !== null && { min }), ...(max !== null && { max }) });
    const { table, sort, pixelSizeUm } = this;
    return { table, sort, filters, pixelSizeUm };
  }

  async measure(): Promise<void> {
    const { source } = this;
    const info = await this.place.jobs.run(texts.measuring, (call) =>
      this.place.api().measureResults({ source }, call),
    );
    if (!info) return;
    this.info = info;
    this.className = '';
    this.pick(this.table);
  }

  /** Another table: what was chosen of the other one's columns is gone. */
  pick(table: ResultTable): void {
    this.table = table;
    this.sort = null;
    this.range = { column: '', min: null, max: null };
    const has = (name: string) => this.numbers.some((column) => column.name === name);
    if (!has(this.x)) this.x = table === 'objects' ? 'area' : 'fraction';
    if (!has(this.y)) this.y = table === 'objects' ? 'perimeter' : 'objects';
    this.changed();
  }

  sortBy(column: string): void {
    const descending = this.sort?.column === column ? !this.sort.descending : false;
    this.sort = { column, descending };
    this.changed();
  }

  /** What is shown is another selection now. */
  changed(): void {
    this.rows = new Map();
    this.current = 0;
    void this.#fetch(true);
    void this.draw();
  }

  need(first: number, end: number): void {
    this.#view = { first, end };
    void this.#fetch(false);
  }

  async draw(): Promise<void> {
    const turn = ++this.#chartTurn;
    const chart = this.#chart();
    if (!this.info || !chart) {
      this.chart = null;
      return;
    }
    try {
      const data = await this.place.api().resultsChart({ query: this.query, chart });
      if (turn === this.#chartTurn) this.chart = data;
    } catch (error) {
      if (turn === this.#chartTurn) this.place.notices.problem(sentenceOf(error));
    }
  }

  /** Where a row's object is; undefined when that could not be found out, which was said. */
  locate(row: number): Promise<ResultPlace | undefined> {
    const { table } = this;
    return this.place.jobs.run(texts.title, () => this.place.api().resultPlace({ table, row }));
  }

  /** What lies there already is replaced only when that was asked for. */
  async save(folder: string, overwrite = false): Promise<void> {
    const columns = this.shown.map((place) => this.columns[place]!.name);
    const given = { query: this.query, columns, folder, name: `measurements_${this.table}.csv` };
    const saved = await this.place.jobs.run(texts.exporting, async () => {
      try {
        return await this.place.api().exportResults({ ...given, overwrite });
      } catch (error) {
        if (!isAppError(error) || error.code !== 'exists') throw error;
        const replace = { label: texts.replace, run: () => void this.save(folder, true) };
        this.place.notices.say(error.message, 'problem', replace);
        return undefined;
      }
    });
    if (saved) this.place.notices.say(texts.exported(saved.path, saved.rows), 'done');
  }

  #chart(): ResultChart | null {
    const { view, x, y, by } = this;
    if (view === 'histogram') return { kind: 'histogram', column: x };
    if (view === 'scatter') return { kind: 'scatter', x, y };
    return view === 'boxes' ? { kind: 'boxes', column: x, by } : null;
  }

  async #fetch(anew: boolean): Promise<void> {
    if (!this.info) return;
    const from = Math.max(0, Math.floor(this.#view.first / PAGE) * PAGE);
    const first = anew ? 0 : from;
    const missing = () => {
      for (let at = this.#view.first; at < Math.min(this.#view.end, this.total); at++)
        if (!this.rows.has(at)) return true;
      return false;
    };
    if (!anew && !missing()) return;
    const turn = ++this.#turn;
    try {
      const page = await this.place.api().resultsPage({ query: this.query, first, count: 2 * PAGE });
      if (turn !== this.#turn) return;
      // What has been scrolled past is fetched again: a million rows are not kept.
      this.rows = new Map(page.rows.map((row, n) => [first + n, row]));
      this.total = page.total;
    } catch (error) {
      if (turn === this.#turn) this.place.notices.problem(sentenceOf(error));
    }
  }
}
