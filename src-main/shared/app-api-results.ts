/** The part of AppApi that measures objects and looks at the table of them. Part of `app-api.ts`. */
import type { FileOutcome, Progress } from './app-api.js';
import type { Call } from './rpc.js';

type Answer<Params, Result, Event = never> = (params: Params, call?: Call<Event>) => Promise<Result>;

/** The project's labels, or what a batch has written so far. */
export type ResultsSource = { kind: 'project' } | { kind: 'batch'; batch: number };

export const RESULT_TABLES = ['objects', 'images'] as const;
/** One row an object, or one row an image and class. */
export type ResultTable = (typeof RESULT_TABLES)[number];

/** Rows that a table may have; more are refused before they are kept. */
export const MOST_RESULTS = 2_000_000;
/** Points that a scatter plot shows; of more, evenly chosen ones. */
export const MOST_POINTS = 20_000;
/** Boxes that are shown, those with the most rows. */
export const MOST_BOXES = 40;

export interface ResultColumn {
  /** As in CSV files. */
  name: string;
  kind: 'text' | 'number';
  /** Empty: none. */
  unit: string;
  description: string;
}

export interface ResultFilter {
  column: string;
  /** A text that is part of the cell, without regard to case; or all of it. */
  contains?: string;
  is?: string;
  /** Both included; cells without a number are left out. */
  min?: number;
  max?: number;
}

export interface ResultQuery {
  table: ResultTable;
  /** Null: as they were measured. Cells without a value come last. */
  sort: { column: string; descending: boolean } | null;
  filters: ResultFilter[];
  /** Instead of what the files say. */
  pixelSizeUm: number | null;
}

export interface ResultsInfo {
  tables: Record<ResultTable, { rows: number; columns: ResultColumn[] }>;
  /** Names of classes, sorted. */
  classes: string[];
  /** Images whose pixel size is not known. */
  withoutPixelSize: number;
  /** What was not measured, with the reason. */
  left: FileOutcome[];
}

export interface ResultRow {
  /** Of the table as it was measured, from 0. */
  row: number;
  /** In the order of the columns; null: no value. */
  cells: (string | number | null)[];
}

export type ResultChart =
  | { kind: 'histogram'; column: string }
  | { kind: 'scatter'; x: string; y: string }
  | { kind: 'boxes'; column: string; by: 'folder' | 'group' | 'class' | 'image' };

export interface ResultBox {
  name: string;
  count: number;
  /** Ends of the whiskers: the farthest values within 1.5 times the height of the box. */
  low: number;
  q1: number;
  median: number;
  q3: number;
  high: number;
}

export type ResultChartData =
  /** `counts[i]`: values from `edges[i]` to below `edges[i + 1]`, the last edge included. */
  | { kind: 'histogram'; edges: number[]; counts: number[]; missing: number }
  | { kind: 'scatter'; x: number[]; y: number[]; rows: number[]; total: number }
  | { kind: 'boxes'; boxes: ResultBox[]; groups: number };

/** Where an object is. */
export interface ResultPlace {
  /** Null: its image is not in the project. */
  imageId: number | null;
  name: string;
  /** Absolute, of the image's file. */
  path: string;
  /** Px of the image; null for a row of an image. */
  rect: { x: number; y: number; width: number; height: number } | null;
}

export interface ResultsApi {
  /** Takes the place of what was measured before. @throws AppError('not-found' | 'too-large' | 'stopped') */
  measureResults: Answer<{ source: ResultsSource }, ResultsInfo, Progress>;
  /** At most 500 rows. @throws AppError('usage') before anything was measured */
  resultsPage: Answer<
    { query: ResultQuery; first: number; count: number },
    { total: number; rows: ResultRow[] }
  >;
  resultsChart: Answer<{ query: ResultQuery; chart: ResultChart }, ResultChartData>;
  resultPlace: Answer<{ table: ResultTable; row: number }, ResultPlace>;
  /**
   * What is shown, as `NAME.csv`, and what its columns mean, as `NAME_columns.csv`.
   * @throws AppError('exists') for files that are there, 'disk'.
   */
  exportResults: Answer<
    { query: ResultQuery; columns: string[]; folder: string; name: string; overwrite: boolean },
    { path: string; dictionary: string; rows: number }
  >;
}
