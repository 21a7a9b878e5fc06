/** The columns of measurements, as CSV by RFC 4180 with points as decimal marks. */
import type { ObjectProperties } from '../measure/object-properties.js';

export interface ObjectRow {
  image: string;
  /** From 1. */
  page: number;
  className: string;
  pixelSizeUm: number | null;
  properties: ObjectProperties;
}

export interface ClassRow {
  image: string;
  page: number;
  width: number;
  height: number;
  pixelSizeUm: number | null;
  className: string;
  /** Pixels of the class; of them the share in all pixels that carry a class. */
  pixels: number;
  fraction: number;
  /** Null: the background, of which no objects are counted. */
  objects: number | null;
}

export type Cell = string | number | null;

/** By the names of `skimage.measure.regionprops_table`, and what an image adds. */
export const OBJECT_COLUMNS: readonly (readonly [name: string, of: (row: ObjectRow) => Cell])[] = [
  ['image', (row) => row.image],
  ['page', (row) => row.page],
  ['label', (row) => row.properties.label],
  ['class', (row) => row.className],
  ['area', (row) => row.properties.area],
  ['area_um2', (row) => (row.pixelSizeUm === null ? null : row.properties.area * row.pixelSizeUm ** 2)],
  ['centroid-0', (row) => row.properties.centroid[0]],
  ['centroid-1', (row) => row.properties.centroid[1]],
  ['bbox-0', (row) => row.properties.bbox[0]],
  ['bbox-1', (row) => row.properties.bbox[1]],
  ['bbox-2', (row) => row.properties.bbox[2]],
  ['bbox-3', (row) => row.properties.bbox[3]],
  ['perimeter', (row) => row.properties.perimeter],
  ['eccentricity', (row) => row.properties.eccentricity],
  ['solidity', (row) => row.properties.solidity],
  ['equivalent_diameter_area', (row) => row.properties.equivalentDiameterArea],
  ['touches_border', (row) => (row.properties.touchesBorder ? 1 : 0)],
];

const CLASS_COLUMNS: readonly (readonly [name: string, of: (row: ClassRow) => Cell])[] = [
  ['image', (row) => row.image],
  ['page', (row) => row.page],
  ['width', (row) => row.width],
  ['height', (row) => row.height],
  ['pixel_size_um', (row) => row.pixelSizeUm],
  ['class', (row) => row.className],
  ['pixels', (row) => row.pixels],
  ['fraction', (row) => row.fraction],
  ['objects', (row) => row.objects],
];

const INTENSITIES = ['mean', 'min', 'max'] as const;

/** @param channels Of the image with the most; one with fewer leaves cells empty. */
export const objectHeader = (channels: number): string =>
  line([
    ...OBJECT_COLUMNS.map(([name]) => name),
    ...INTENSITIES.flatMap((what) => range(channels).map((channel) => `intensity_${what}-${channel}`)),
  ]);

export const objectLine = (row: ObjectRow, channels: number): string =>
  line([
    ...OBJECT_COLUMNS.map(([, of]) => of(row)),
    ...INTENSITIES.flatMap((what) =>
      range(channels).map((channel) => row.properties.intensity[channel]?.[what] ?? null),
    ),
  ]);

export const classTable = (rows: readonly ClassRow[]): string =>
  [
    line(CLASS_COLUMNS.map(([name]) => name)),
    ...rows.map((row) => line(CLASS_COLUMNS.map(([, of]) => of(row)))),
  ].join('');

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

const line = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\r\n`;

/** As it is written: in quotes where that is needed, nothing that a spreadsheet would compute. */
export function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isNaN(value) ? 'nan' : String(value);
  // A text that a spreadsheet would compute (=, +, −, @) is shown as it is.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
