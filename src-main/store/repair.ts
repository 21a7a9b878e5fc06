/** Mends what an integrity check found in a project that can be opened. What is mended and how is told by name. */
import { AppError } from '../shared/errors.js';
import type { IntegrityProblem } from './integrity.js';
import { damagedTileSource, type TileSource } from './repair-tiles.js';
import type { Store } from './store.js';
import { countTile } from './tile-runs.js';
import { tileAt } from '../shared/mask.js';

/**
 * Call it on a project of which a copy was kept. Problems of the file itself need `salvage` first.
 * @returns a sentence for everything that was done.
 */
export function mend(store: Store, problems: readonly IntegrityProblem[]): string[] {
  const done: string[] = [];
  const source = damagedTileSource(store);
  try {
    store.transaction(() => {
      for (const problem of problems) {
        const sentence = mendOne(store, problem, source);
        if (sentence) done.push(sentence);
      }
      refreshDerived(store);
    });
  } finally {
    source.close();
  }
  return done;
}

function mendOne(store: Store, problem: IntegrityProblem, source: TileSource): string | null {
  switch (problem.kind) {
    case 'orphans':
      return dropOrphans(store, problem.table);
    case 'tile':
      return mendTile(store, problem, source);
    case 'origin':
      dropOrigin(store, problem);
      return `Which labels of ${nameOf(store, problem.layerId)} came from a model is not known any more at tile ${problem.ty}, ${problem.tx}: they count as painted by people.`;
    case 'counts': {
      const lost = labelledIn(store, problem.layerId) - sumOfLabels(problem.pixelsByValue);
      store
        .sql('update layer set pixels_by_value = ?, version = ? where id = ?')
        .run(JSON.stringify(problem.pixelsByValue), problem.version, problem.layerId);
      const name = nameOf(store, problem.layerId);
      return lost > 0
        ? `${lost} labelled pixels of ${name} are gone and unlabelled now: look at it and paint them again.`
        : `The labelled pixels of ${name} were counted again.`;
    }
    case 'journal':
      if (problem.layerId === null) return 'What is kept about labels and history was counted again.';
      store.sql('delete from edit where layer_id = ?').run(problem.layerId);
      return `The history of ${nameOf(store, problem.layerId)} was dropped: its labels stay, but earlier changes cannot be undone.`;
    case 'file':
    case 'run':
      return null;
  }
}

const sumOfLabels = (pixelsByValue: readonly number[]): number =>
  pixelsByValue.reduce((sum, pixels, value) => (value > 0 ? sum + (Number(pixels) || 0) : sum), 0);

/** What the project says itself; 0 where that cannot be read. */
function labelledIn(store: Store, layerId: number): number {
  const row = store
    .sql<{ text: string }>('select pixels_by_value as text from layer where id = ?')
    .get(layerId);
  try {
    const counts = JSON.parse(row?.text ?? '[]') as unknown;
    return Array.isArray(counts) ? sumOfLabels(counts as number[]) : 0;
  } catch {
    return 0;
  }
}

/** Rows whose owner is gone; in the order of their tables, so that those that hang on them go, too. */
function dropOrphans(store: Store, table: string): string {
  const references = store
    .sql<{ table: string; from: string; to: string; on_delete: string }>(
      `pragma foreign_key_list('${table}')`,
    )
    .all();
  let rows = 0;
  for (const { table: owner, from, to, on_delete } of references) {
    const orphaned = `"${from}" is not null and not exists (select 1 from "${owner}" where "${owner}"."${to}" = "${table}"."${from}")`;
    const text =
      on_delete === 'SET NULL'
        ? `update "${table}" set "${from}" = null where ${orphaned}`
        : `delete from "${table}" where ${orphaned}`;
    rows += store.sql(text).run().changes;
  }
  return `${rows} ${rows === 1 ? 'row' : 'rows'} of ${table} that belonged to nothing were dropped.`;
}

function mendTile(
  store: Store,
  { layerId, ty, tx }: { layerId: number; ty: number; tx: number },
  source: TileSource,
): string {
  const name = nameOf(store, layerId);
  const { version } = store.sql<{ version: number }>('select version from layer where id = ?').get(layerId)!;
  const found = source.find(layerId, ty, tx);
  if (found)
    store
      .sql('update tile set bytes = ?, version = ? where layer_id = ? and ty = ? and tx = ?')
      .run(found.bytes, version + 1, layerId, ty, tx);
  else store.sql('delete from tile where layer_id = ? and ty = ? and tx = ?').run(layerId, ty, tx);
  // It belonged to other labels.
  dropOrigin(store, { layerId, ty, tx });
  recount(store, layerId, version + 1);
  if (!found)
    return `Tile ${ty}, ${tx} of ${name} could not be read and is unlabelled now: look at it and paint it again.`;
  return `Tile ${ty}, ${tx} of ${name} was taken from ${found.from}: look at it, since later changes of it are lost.`;
}

const dropOrigin = (store: Store, { layerId, ty, tx }: { layerId: number; ty: number; tx: number }): void =>
  void store.sql('delete from model_tile where layer_id = ? and ty = ? and tx = ?').run(layerId, ty, tx);

/** After a tile was exchanged; tiles that are still damaged count as void until their turn comes. */
function recount(store: Store, layerId: number, version: number): void {
  const size = store
    .sql<{ width: number; height: number }>(
      'select width, height from layer join image on image.id = image_id where layer.id = ?',
    )
    .get(layerId)!;
  const counts = new Array<number>(256).fill(0);
  let covered = 0;
  for (const { ty, tx, bytes } of store
    .sql<{ ty: number; tx: number; bytes: Uint8Array }>('select ty, tx, bytes from tile where layer_id = ?')
    .all(layerId))
    try {
      const rect = tileAt(size.width, size.height, ty, tx);
      countTile(bytes, rect).forEach((pixels, value) => (counts[value]! += pixels));
      covered += rect.width * rect.height;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  counts[0]! += size.width * size.height - covered;
  while (counts.length > 1 && counts.at(-1) === 0) counts.pop();
  store
    .sql('update layer set pixels_by_value = ?, version = ? where id = ?')
    .run(JSON.stringify(counts), version, layerId);
}

/** Runs the triggers over every layer, and sums up the journal. */
function refreshDerived(store: Store): void {
  store.sql('delete from layer_class where layer_id not in (select id from layer)').run();
  store.sql('update layer set pixels_by_value = pixels_by_value').run();
  store
    .sql(
      'update image set labelled_pixels = 0 where labelled_pixels <> 0 and id not in (select image_id from layer)',
    )
    .run();
  store
    .sql(
      `update journal set bytes = (select coalesce(sum(bytes), 0) from edit) + (select coalesce(sum(bytes), 0) from project_edit)`,
    )
    .run();
}

function nameOf(store: Store, layerId: number): string {
  const row = store
    .sql<{ name: string }>('select name from image join layer on image_id = image.id where layer.id = ?')
    .get(layerId);
  if (!row) throw new AppError('bad-project', `Layer ${layerId} belongs to no image.`);
  return row.name;
}
