/** Cleans up a label map that comes from the top in rows and never lies in memory as a whole: the labels that the whole gets. */
import { setImmediate } from 'node:timers/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { NamelessFile } from '../disk/nameless-file.js';
import type { CleanUpValues } from '../measure/clean-up.js';
import { objectKinds, RowHoles, RowObjects, type RowChange } from '../measure/streamed-clean-up.js';
import type { PartingJob } from '../measure/part-lines.js';
import type { CleanUp } from '../shared/clean-up.js';
import type { PredictedRows } from '../shared/engine-api.js';
import type { LabelMap, Size } from '../shared/model.js';
import { RowParting } from './parted-rows.js';

export interface RowCleaning {
  steps: CleanUp;
  values: CleanUpValues;
  /** Where rows may wait, in a file without a name. */
  folder: string;
  /** Smooths a map, beside this thread. */
  smooth: (labels: LabelMap, radiusPx: number) => Promise<LabelMap>;
  /** Finds the lines between the parts of objects, beside this thread. */
  part: (job: PartingJob) => Promise<Int32Array>;
  /** Objects in a larger box are not parted. */
  mostPartedPixels: number;
  /** Told once all objects were looked at, where some were too large to be parted. */
  onUnparted?: (objects: number) => void;
  signal?: AbortSignal | undefined;
}

type Rows = Pick<PredictedRows, 'y' | 'rows' | 'width' | 'height' | 'labels'>;

/** Rows smoothed at a time, beside those that only surround them. */
const SMOOTHED_ROWS = 256;

/**
 * Rows as they come where only a region or smoothing is asked for. Otherwise they wait on disk until all have come, since only then
 * is it known what is a hole, or how large an object.
 * @throws AppError('disk'), AppError('too-large') for millions of holes or objects, what `rows` throws, and the abort's reason
 */
export async function* cleanedRows(rows: AsyncIterable<Rows>, cleaning: RowCleaning): AsyncGenerator<Rows> {
  const { steps } = cleaning;
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const { width, height } = first.value;
  const { x, y, ...area } = insideOf(steps.region, { width, height });
  const inside = async function* () {
    for (let next: IteratorResult<Rows> = first; !next.done; next = await iterator.next()) {
      cleaning.signal?.throwIfAborted();
      yield next.value;
    }
  };
  const whole = (top: number, count: number, labels: Uint8Array): Rows => ({
    ...{ y: top, rows: count, width, height },
    labels: area.width === width ? labels : widened(labels, { x, width: area.width, to: width }),
  });
  const none = (top: number, count: number): Rows => ({
    y: top,
    rows: count,
    width,
    height,
    labels: new Uint8Array(count * width),
  });
  if (area.width === 0 || area.height === 0) {
    for await (const part of inside()) yield none(part.y, part.rows);
    return;
  }
  for (let top = 0; top < y; top += SMOOTHED_ROWS) yield none(top, Math.min(SMOOTHED_ROWS, y - top));
  let at = y;
  for await (const labels of cleanedBands(cropped(inside(), { x, y, ...area }), area, cleaning)) {
    const count = labels.length / area.width;
    yield whole(at, count, labels);
    at += count;
  }
  for (; at < height; at += SMOOTHED_ROWS) yield none(at, Math.min(SMOOTHED_ROWS, height - at));
}

/** The part of the image that is looked at; of no pixels where the region lies beyond it. */
function insideOf(region: CleanUp['region'], { width, height }: Size): Size & { x: number; y: number } {
  if (!region) return { x: 0, y: 0, width, height };
  const [x, y] = [Math.min(region.x, width), Math.min(region.y, height)];
  return { x, y, width: Math.min(region.width, width - x), height: Math.min(region.height, height - y) };
}

/** What is passed over is read all the same: whoever computes it waits for nothing. */
async function* cropped(
  rows: AsyncIterable<Rows>,
  { x, y, width, height }: Size & { x: number; y: number },
): AsyncGenerator<Uint8Array> {
  for await (const part of rows) {
    const from = Math.max(part.y, y);
    const count = Math.min(part.y + part.rows, y + height) - from;
    if (count <= 0) continue;
    const labels = new Uint8Array(count * width);
    for (let row = 0; row < count; row++) {
      const start = (from - part.y + row) * part.width + x;
      labels.set(part.labels.subarray(start, start + width), row * width);
    }
    yield labels;
  }
}

function widened(labels: Uint8Array, { x, width, to }: { x: number; width: number; to: number }): Uint8Array {
  const rows = labels.length / width;
  const wide = new Uint8Array(rows * to);
  for (let row = 0; row < rows; row++)
    wide.set(labels.subarray(row * width, (row + 1) * width), row * to + x);
  return wide;
}

async function* cleanedBands(
  bands: AsyncIterable<Uint8Array>,
  size: Size,
  cleaning: RowCleaning,
): AsyncGenerator<Uint8Array> {
  const { steps, folder, smooth, signal } = cleaning;
  const { smooth: radius } = steps;
  const smoothed = radius === undefined ? bands : smoothedBands(bands, { size, radius, smooth });
  const stages = stagesOf(size, cleaning);
  if (!stages.length) return yield* smoothed;
  const spool = new BandSpool(folder);
  const making: (() => RowChange)[] = [];
  const again = async function* () {
    const changes = making.map((make) => make());
    for (const band of spool.bands()) {
      await setImmediate();
      signal?.throwIfAborted();
      for (const change of changes) change(band);
      yield band;
    }
  };
  try {
    const early = stages[0]!.quick ? stages[0] : null;
    for await (const band of smoothed) {
      spool.add(band);
      await early?.add(band);
    }
    for (const stage of stages) {
      if (stage !== early) for await (const band of again()) await stage.add(band);
      making.push(await stage.finish());
    }
    yield* again();
  } finally {
    spool.close();
    for (const stage of stages) await stage.close?.();
  }
}

/** Looks at all rows before it says what becomes of them; each sees what those before it made of them. */
interface Stage {
  /** Whoever computes the rows is not held up: they wait for nobody. */
  quick: boolean;
  add: (band: Uint8Array) => void | Promise<void>;
  finish: () => (() => RowChange) | Promise<() => RowChange>;
  close?: () => Promise<void>;
}

function stagesOf(size: Size, cleaning: RowCleaning): Stage[] {
  const { steps, values, folder, part, mostPartedPixels: mostPixels, onUnparted } = cleaning;
  const stages: Stage[] = [];
  if (steps.fillHoles) {
    const holes = new RowHoles(size, values);
    stages.push({ quick: true, add: (band) => holes.add(band), finish: () => holes.finish() });
  }
  if (steps.split) {
    const kindOf = objectKinds(values);
    const parting = new RowParting(size, { kindOf, empty: values.empty, mostPixels, folder, part });
    const finish = async () => {
      const made = await parting.finish();
      if (parting.unparted > 0) onUnparted?.(parting.unparted);
      return made;
    };
    stages.push({ quick: false, add: (band) => parting.add(band), finish, close: () => parting.close() });
  }
  if (steps.minArea !== undefined || steps.wholeOnly) {
    const objects = new RowObjects(size, values);
    stages.push({ quick: true, add: (band) => objects.add(band), finish: () => objects.finish(steps) });
  }
  return stages;
}

/** A pixel's class depends on the rows within the radius alone. */
async function* smoothedBands(
  bands: AsyncIterable<Uint8Array>,
  { size, radius, smooth }: { size: Size; radius: number; smooth: RowCleaning['smooth'] },
): AsyncGenerator<Uint8Array> {
  const { width, height } = size;
  const halo = Math.floor(radius);
  let held = new Uint8Array(0);
  /** Row of the image that `held` begins with, and the first one that is not told yet. */
  let [top, next] = [0, 0];
  for await (const band of bands) {
    const longer = new Uint8Array(held.length + band.length);
    longer.set(held);
    longer.set(band, held.length);
    held = longer;
    const end = top + held.length / width;
    const until = end === height ? height : end - halo;
    if (until < height && until - next < SMOOTHED_ROWS) continue;
    const { data } = await smooth({ width, height: held.length / width, data: held }, radius);
    yield data.slice((next - top) * width, (until - top) * width);
    const keptFrom = Math.max(top, until - halo);
    held = held.slice((keptFrom - top) * width);
    [top, next] = [keptFrom, until];
  }
}

/** Bands of rows, to be read from the top as often as it takes. */
class BandSpool {
  private readonly file: NamelessFile;
  private readonly places: { place: number; length: number }[] = [];

  constructor(folder: string) {
    this.file = new NamelessFile(folder, 'labels to be cleaned up');
  }

  add(band: Uint8Array): void {
    const bytes = deflateRawSync(band, { level: 1 });
    this.places.push({ place: this.file.append(bytes), length: bytes.length });
  }

  *bands(): Generator<Uint8Array> {
    for (const { place, length } of this.places) yield inflateRawSync(this.file.read(place, length));
  }

  close(): void {
    this.file.close();
  }
}
