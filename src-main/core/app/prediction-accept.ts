/** Takes a prediction over into an image's labels, as one edit by the model. */
import { inflateRawSync } from 'node:zlib';
import type { AcceptPrediction } from '../../shared/app-api-predictions.js';
import type { AppliedEdit } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import { decodeRuns, tilesOf, type TileRect } from '../../shared/mask.js';
import type { LabelMap } from '../../shared/model.js';
import { floodFrom } from '../../measure/flood.js';
import { listClasses } from '../../store/classes.js';
import { history, saveTiles, type TileEdit } from '../../store/edits.js';
import { imagePage } from '../../store/image-list.js';
import { findLayer, tileBytes } from '../../store/layers.js';
import type { Store } from '../../store/open.js';
import { packTile } from '../../store/tile-runs.js';
import type { Session } from './session.js';

/** Where label values and confidences come from. */
export interface PredictedTiles {
  width: number;
  height: number;
  /** Label values row by row, then as many confidences (0 … 255); null where nothing is predicted. */
  tile(ty: number, tx: number): Promise<Uint8Array | null>;
  /** Label values of the whole image. */
  labels(): Promise<LabelMap>;
}

type Wanted = Omit<AcceptPrediction, 'run' | 'baseVersion'>;

/** The tiles that change. @throws AppError('usage') for a pixel outside the image */
export async function acceptedTiles(
  store: Store,
  source: PredictedTiles,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<TileEdit['tiles']> {
  const { width, height } = source;
  const object = wanted.region.kind === 'object' ? await objectAt(source, wanted.region) : null;
  const layer = findLayer(store, wanted.imageId);
  const allowed = allowedValues(store, wanted.classes);
  const least = wanted.minConfidence * 255;
  const changed: { ty: number; tx: number; bytes: Uint8Array | null }[] = [];
  for (const rect of tilesOf(width, height)) {
    const span = spanIn(rect, wanted.region);
    if (!span) continue;
    if (signal?.aborted) throw new AppError('stopped', 'Taking the prediction over was stopped.');
    const tile = await source.tile(rect.ty, rect.tx);
    if (!tile) continue;
    const size = rect.width * rect.height;
    const bytes = layer && tileBytes(store, layer.id, rect.ty, rect.tx);
    const values = bytes
      ? decodeRuns(inflateRawSync(bytes, { maxOutputLength: size * 6 }), size)
      : new Uint8Array(size);
    let any = false;
    for (let y = span.y0; y < span.y1; y++)
      for (let x = span.x0; x < span.x1; x++) {
        const i = y * rect.width + x;
        const value = tile[i]!;
        if (!allowed[value] || tile[size + i]! < least || values[i] === value) continue;
        if (!wanted.replace && values[i] !== 0) continue;
        if (object && !object[(rect.y + y) * width + rect.x + x]) continue;
        values[i] = value;
        any = true;
      }
    if (any) changed.push({ ty: rect.ty, tx: rect.tx, bytes: packTile(values) });
  }
  return changed;
}

/** One edit by the model; null when it would change nothing. Other windows are told. */
export function saveAccepted(
  session: Session,
  {
    imageId,
    title,
    baseVersion,
    tiles,
  }: { imageId: number; title: string; baseVersion: number; tiles: TileEdit['tiles'] },
): AppliedEdit | null {
  const { store } = session.requireWritable().project;
  const saved = saveTiles(store, { imageId, title, author: 'model', expectedVersion: baseVersion, tiles });
  if (saved.editId === null) return null;
  session.changed({ images: [imageId], labels: [imageId] }, { self: true });
  const { undo, redo } = history(store, imageId);
  const { version, labelledPixels } = saved;
  const { status } = imagePage(store, [imageId])[0]!;
  return { title, version, tiles: [...tiles], history: { undo, redo }, labelledPixels, status };
}

/** Classes that are there and were asked for; never void. */
function allowedValues(store: Store, classes: readonly number[] | null): Uint8Array {
  const allowed = new Uint8Array(256);
  for (const { value } of listClasses(store)) if (classes?.includes(value) ?? true) allowed[value] = 1;
  return allowed;
}

/** The part of a tile that a region covers, in px of the tile; ends are exclusive. Null: nothing. */
function spanIn(
  rect: TileRect,
  region: Wanted['region'],
): { x0: number; x1: number; y0: number; y1: number } | null {
  if (region.kind !== 'rect') return { x0: 0, x1: rect.width, y0: 0, y1: rect.height };
  const x0 = Math.max(0, region.x - rect.x);
  const y0 = Math.max(0, region.y - rect.y);
  const x1 = Math.min(rect.width, region.x + region.width - rect.x);
  const y1 = Math.min(rect.height, region.y + region.height - rect.y);
  return x1 > x0 && y1 > y0 ? { x0, x1, y0, y1 } : null;
}

async function objectAt(source: PredictedTiles, { x, y }: { x: number; y: number }): Promise<Uint8Array> {
  const { width, height } = source;
  if (x >= width || y >= height)
    throw new AppError(
      'usage',
      `The pixel ${x}, ${y} lies outside the image, which is ${width} × ${height} px.`,
    );
  return floodFrom(await source.labels(), x, y);
}
