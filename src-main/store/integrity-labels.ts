/** Every stored tile of every label map, decoded and counted. */
import { countTile } from './tile-runs.js';
import { onesIn } from './model-pixels.js';
import { tileAt, type TileRect } from '../shared/mask.js';
import type { IntegrityProblem, Step } from './integrity.js';
import type { Store } from './store.js';

interface LayerRow {
  id: number;
  name: string;
  width: number;
  height: number;
  version: number;
  pixelsByValue: string;
}

interface TileRow {
  ty: number;
  tx: number;
  version: number;
  bytes: Uint8Array;
}

export async function checkLabels(
  store: Store,
  step: Step,
): Promise<{ problems: IntegrityProblem[]; tiles: number }> {
  const layers = store
    .sql<LayerRow>(
      `select layer.id, image.name, width, height, version, pixels_by_value as pixelsByValue
       from layer join image on image.id = image_id where kind = 'semantic' order by layer.id`,
    )
    .all();
  const problems: IntegrityProblem[] = [];
  let tiles = 0;
  for (const [n, layer] of layers.entries()) {
    await step(n / layers.length, `Checking the labels of ${layer.name}`);
    const found = checkLayer(store, layer);
    tiles += found.tiles;
    problems.push(...found.problems, ...originProblems(store, layer));
  }
  return { problems, tiles };
}

function checkLayer(store: Store, layer: LayerRow): { problems: IntegrityProblem[]; tiles: number } {
  const problems: IntegrityProblem[] = [];
  const rows = store.sql<TileRow>('select ty, tx, version, bytes from tile where layer_id = ?').all(layer.id);
  const sum = new Float64Array(256);
  let covered = 0;
  let version = layer.version;
  for (const { ty, tx, version: ofTile, bytes } of rows) {
    const rect = rectOf(layer, ty, tx);
    const counts = rect && decoded(bytes, rect);
    if (!counts) {
      problems.push({
        kind: 'tile',
        ...{ layerId: layer.id, ty, tx },
        sentence: rect
          ? `The labels of ${layer.name} are damaged at tile ${ty}, ${tx} (${rect.width} × ${rect.height} px at ${rect.x}, ${rect.y}).`
          : `The labels of ${layer.name} have a tile ${ty}, ${tx} outside the image.`,
      });
      continue;
    }
    covered += rect.width * rect.height;
    counts.forEach((pixels, value) => (sum[value]! += pixels));
    version = Math.max(version, ofTile);
  }
  // Tiles that are not stored are void.
  sum[0]! += layer.width * layer.height - covered;
  const pixelsByValue = withoutTail(Array.from(sum));
  if (problems.length === 0 && !sameCounts(layer, pixelsByValue, rows.length > 0))
    problems.push({
      kind: 'counts',
      ...{ layerId: layer.id, pixelsByValue, version },
      sentence: `The labelled pixels of ${layer.name} are counted wrongly.`,
    });
  else if (version > layer.version)
    problems.push({
      kind: 'counts',
      ...{ layerId: layer.id, pixelsByValue, version },
      sentence: `The labels of ${layer.name} are newer than their version number says.`,
    });
  return { problems, tiles: rows.length };
}

/** Tiles of 0 and 1 of the right size, rightly counted. */
function originProblems(store: Store, layer: LayerRow): IntegrityProblem[] {
  const rows = store
    .sql<{ ty: number; tx: number; pixels: number; bytes: Uint8Array }>(
      'select ty, tx, pixels, bytes from model_tile where layer_id = ?',
    )
    .all(layer.id);
  return rows.flatMap(({ ty, tx, pixels, bytes }): IntegrityProblem[] => {
    const rect = rectOf(layer, ty, tx);
    if (rect && isOrigin(bytes, rect, pixels)) return [];
    const sentence = `Which labels of ${layer.name} came from a model cannot be read at tile ${ty}, ${tx}.`;
    return [{ kind: 'origin', layerId: layer.id, ty, tx, sentence }];
  });
}

function isOrigin(bytes: Uint8Array, { width, height }: TileRect, pixels: number): boolean {
  try {
    return onesIn(bytes, width * height) === pixels;
  } catch {
    return false;
  }
}

/** A layer that nobody ever wrote to has no counts. */
function sameCounts(layer: LayerRow, pixelsByValue: readonly number[], written: boolean): boolean {
  let stored: unknown;
  try {
    stored = JSON.parse(layer.pixelsByValue);
  } catch {
    return false;
  }
  if (!Array.isArray(stored)) return false;
  if (stored.length === 0 && !written) return true;
  return withoutTail(stored as number[]).join() === pixelsByValue.join();
}

function rectOf({ width, height }: LayerRow, ty: number, tx: number): TileRect | null {
  try {
    return tileAt(width, height, ty, tx);
  } catch {
    return null;
  }
}

function decoded(bytes: Uint8Array, rect: TileRect): Uint32Array | null {
  try {
    return countTile(bytes, rect);
  } catch {
    return null;
  }
}

/** Without zeros at the end; at least one number. */
function withoutTail(counts: readonly number[]): number[] {
  let length = counts.length;
  while (length > 1 && !counts[length - 1]) length--;
  return counts.slice(0, length);
}
