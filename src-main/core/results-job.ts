/** What the thread with the tables of measurements does: measures images into them, and answers questions about them. */
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { writeFileAtomic, writePiecesAtomic } from '../disk/atomic-file.js';
import {
  MOST_RESULTS,
  type ResultChart,
  type ResultChartData,
  type ResultQuery,
  type ResultRow,
  type ResultTable,
} from '../shared/app-api-results.js';
import { AppError } from '../shared/errors.js';
import type { ClassInfo, LabelMap } from '../shared/model.js';
import { createDecoderPool } from './decoding.js';
import { loadMeasured, measureLoaded, colourChannels } from './measured-file.js';
import { cell, type ClassRow, type ObjectRow } from './measurement-table.js';
import { namesOfClasses } from './measurement-files.js';
import { IMAGE_RESULTS, intensityColumns, OBJECT_RESULTS } from './results-columns.js';
import { chartOf } from './results-charts.js';
import { ResultsTable, type TableCell } from './results-table.js';
import { isLarge } from './segment-memory.js';

export interface MeasuredImage {
  name: string;
  folder: string;
  group: string;
  image: { path: string; page: number };
  /** A mask's file, or the labels themselves. */
  labels: { path: string } | { map: LabelMap };
  classes: readonly Pick<ClassInfo, 'value' | 'name'>[];
  /** Its place in the list of images. */
  place: number;
}

export type ResultsJob =
  | { kind: 'add'; measured: MeasuredImage }
  | { kind: 'info' }
  | { kind: 'page'; query: ResultQuery; first: number; count: number }
  | { kind: 'chart'; query: ResultQuery; chart: ResultChart }
  | { kind: 'place'; table: ResultTable; row: number }
  | { kind: 'export'; query: ResultQuery; columns: string[]; path: string; overwrite: boolean };

export interface ResultsReplies {
  add: { withoutPixelSize: boolean };
  info: {
    tables: Record<ResultTable, { rows: number; columns: ResultsTable['infos'] }>;
    classes: string[];
  };
  page: { total: number; rows: ResultRow[] };
  chart: ResultChartData;
  place: { place: number; bbox: [number, number, number, number] | null };
  export: { path: string; dictionary: string; rows: number };
}

/** Rows that are written at a time. */
const PIECE = 5000;

export class ResultsDesk {
  private readonly pool = createDecoderPool();
  private readonly tables = {
    objects: new ResultsTable(OBJECT_RESULTS, MOST_RESULTS),
    images: new ResultsTable(IMAGE_RESULTS, MOST_RESULTS),
  };
  /** Of each row, the place of its image. */
  private readonly places: Record<ResultTable, number[]> = { objects: [], images: [] };

  async run(job: ResultsJob): Promise<ResultsReplies[ResultsJob['kind']]> {
    switch (job.kind) {
      case 'add':
        return this.add(job.measured);
      case 'info':
        return this.info();
      case 'page':
        return this.tables[job.query.table].page(job.query, job);
      case 'chart':
        return chartOf(this.tables[job.query.table], job.query, job.chart);
      case 'place':
        return this.place(job);
      case 'export':
        return this.export(job);
    }
  }

  private async add({
    name,
    folder,
    group,
    image,
    labels,
    classes,
    place,
  }: MeasuredImage): Promise<ResultsReplies['add']> {
    const file = { name, labels: 'path' in labels ? labels.path : '', image };
    const loaded =
      'path' in labels ? await loadMeasured(this.pool, file, {}) : await this.loadedWith(labels.map, image);
    const names = namesOfClasses(classes);
    const measured = await measureLoaded({ file, loaded }, names, { pool: this.pool, options: {} });
    const picture = loaded.image && 'header' in loaded.image ? loaded.image.header : loaded.image;
    this.tables.objects.widen(intensityColumns(Math.max(this.channels, colourChannels(picture))));
    const given = { folder, group };
    for (const row of measured.rows) this.tables.objects.add(objectCells(row, given), row.pixelSizeUm);
    for (const row of measured.classRows) this.tables.images.add(imageCells(row, given), row.pixelSizeUm);
    for (let n = 0; n < measured.rows.length; n++) this.places.objects.push(place);
    for (let n = 0; n < measured.classRows.length; n++) this.places.images.push(place);
    return { withoutPixelSize: loaded.pixelSizeUm === null };
  }

  private get channels(): number {
    return (this.tables.objects.infos.length - OBJECT_RESULTS.length) / 3;
  }

  private async loadedWith(map: LabelMap, { path, page }: MeasuredImage['image']) {
    const header = await this.pool.info(path);
    const image = isLarge(map) ? { header } : await this.pool.decode(path, page);
    return { labels: { ...map, kind: 'grey' as const }, image, pixelSizeUm: header.pixelSizeUm };
  }

  private info(): ResultsReplies['info'] {
    const { objects, images } = this.tables;
    const described = ({ rows, infos }: ResultsTable) => ({ rows, columns: infos });
    return {
      tables: { objects: described(objects), images: described(images) },
      classes: images.distinct('class'),
    };
  }

  private place({ table, row }: { table: ResultTable; row: number }): ResultsReplies['place'] {
    const place = this.places[table][row];
    if (place === undefined) throw new AppError('not-found', 'There is no such row; measure again.');
    if (table === 'images') return { place, bbox: null };
    const bbox = [0, 1, 2, 3].map((side) => this.tables.objects.reader(`bbox-${side}`, null)(row));
    return { place, bbox: bbox as [number, number, number, number] };
  }

  private async export({
    query,
    columns,
    path,
    overwrite,
  }: ResultsJob & { kind: 'export' }): Promise<ResultsReplies['export']> {
    const dictionary = path.replace(/\.csv$/i, '_columns.csv');
    if (!overwrite)
      for (const file of [path, dictionary])
        if (await stat(file).catch(() => null))
          throw new AppError(
            'exists',
            `${file} is there already; choose another folder, or let it be replaced.`,
          );
    const table = this.tables[query.table];
    const infos = columns.map((name) => table.column(name));
    const readers = columns.map((name) => table.cellReader(name, query.pixelSizeUm));
    const order = table.order(query);
    const line = (cells: readonly TableCell[]) => `${cells.map(cell).join(',')}\r\n`;
    const rows = (first: number) =>
      Array.from(order.subarray(first, first + PIECE), (row) => line(readers.map((read) => read(row))));
    await writePiecesAtomic(
      path,
      (async function* () {
        await Promise.resolve();
        yield Buffer.from(line(columns));
        for (let first = 0; first < order.length; first += PIECE) yield Buffer.from(rows(first).join(''));
      })(),
    );
    const meanings = infos.map(({ name, unit, description }) => line([name, unit, description]));
    await writeFileAtomic(dictionary, [line(['column', 'unit', 'meaning']), ...meanings].join(''));
    return { path: join(path), dictionary, rows: order.length };
  }
}

interface Given {
  folder: string;
  group: string;
}

function objectCells({ image, page, className, properties }: ObjectRow, given: Given) {
  const { label, area, centroid, bbox, perimeter, eccentricity, solidity } = properties;
  const cells: Record<string, TableCell> = {
    ...{ image, page, ...given, label, class: className, area, perimeter, eccentricity, solidity },
    ...{ 'centroid-0': centroid[0], 'centroid-1': centroid[1] },
    ...{ 'bbox-0': bbox[0], 'bbox-1': bbox[1], 'bbox-2': bbox[2], 'bbox-3': bbox[3] },
    equivalent_diameter_area: properties.equivalentDiameterArea,
    touches_border: properties.touchesBorder ? 1 : 0,
  };
  for (const [channel, intensity] of properties.intensity.entries())
    for (const what of ['mean', 'min', 'max'] as const)
      cells[`intensity_${what}-${channel}`] = intensity[what];
  return cells;
}

function imageCells({ image, page, width, height, className, ...row }: ClassRow, given: Given) {
  const { pixels, fraction, objects, pixelSizeUm } = row;
  return {
    ...{ image, page, ...given, width, height, pixel_size_um: pixelSizeUm },
    ...{ class: className, pixels, fraction, objects },
  };
}
