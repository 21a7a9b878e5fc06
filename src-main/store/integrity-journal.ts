/** The edit journal, and the numbers that triggers keep from other rows. */
import { tileAt } from '../shared/mask.js';
import type { IntegrityProblem, Step } from './integrity.js';
import { onesIn } from './model-pixels.js';
import type { Store } from './store.js';
import { countTile } from './tile-runs.js';

interface EditTileRow {
  ty: number;
  tx: number;
  bytes: Uint8Array | null;
  model: Uint8Array | null;
}

export async function checkJournal(
  store: Store,
  step: Step,
): Promise<{ problems: IntegrityProblem[]; edits: number }> {
  const problems: IntegrityProblem[] = [];
  const edits = store
    .sql<{ id: number; layerId: number; name: string; width: number; height: number }>(
      `select edit.id, layer_id as layerId, name, width, height
       from edit join layer on layer.id = layer_id join image on image.id = image_id order by edit.id`,
    )
    .all();
  const broken = new Map<number, string>();
  for (const [n, edit] of edits.entries()) {
    await step(n / edits.length, `Checking the history of ${edit.name}`);
    if (broken.has(edit.layerId)) continue;
    const tiles = store
      .sql<EditTileRow>('select ty, tx, bytes, model_bytes as model from edit_tile where edit_id = ?')
      .all(edit.id);
    if (!tiles.every((tile) => isWhole(tile, edit))) broken.set(edit.layerId, edit.name);
  }
  for (const { layerId, name } of disordered(store)) broken.set(layerId, name);
  for (const [layerId, name] of broken)
    problems.push({
      kind: 'journal',
      layerId,
      sentence: `The history of ${name} is damaged: its labels are whole, but their last changes cannot be undone.`,
    });
  if (derivedNumbersDiffer(store))
    problems.push({
      kind: 'journal',
      layerId: null,
      sentence: 'Numbers that are kept about the labels and their history do not agree with them.',
    });
  return { problems, edits: edits.length };
}

function isWhole(
  { ty, tx, bytes, model }: EditTileRow,
  { width, height }: { width: number; height: number },
): boolean {
  try {
    const rect = tileAt(width, height, ty, tx);
    countTile(bytes, rect);
    if (model) onesIn(model, rect.width * rect.height);
    return true;
  } catch {
    return false;
  }
}

/** Layers in which an undone edit is older than one that is not; see store/journal.ts. */
const disordered = (store: Store): { layerId: number; name: string }[] =>
  store
    .sql<{ layerId: number; name: string }>(
      `select layer_id as layerId, name from edit join layer on layer.id = layer_id join image on image.id = image_id
       group by layer_id having max(iif(undone = 0, edit.id, 0)) > min(iif(undone = 1, edit.id, 9e18))`,
    )
    .all();

/** The journal's size, the pixels of each class by layer and of each image: all kept by triggers. */
function derivedNumbersDiffer(store: Store): boolean {
  const differs = (text: string) => store.sql(text).get() !== undefined;
  return (
    differs(
      `select 1 from journal where bytes <>
         (select coalesce(sum(bytes), 0) from edit) + (select coalesce(sum(bytes), 0) from project_edit)`,
    ) ||
    differs(
      `select value, layer_id, pixels from layer_class
       except select counted.key, layer.id, counted.value from layer, json_each(layer.pixels_by_value) counted
         where layer.kind = 'semantic' and counted.value > 0`,
    ) ||
    differs(
      `select counted.key, layer.id, counted.value from layer, json_each(layer.pixels_by_value) counted
         where layer.kind = 'semantic' and counted.value > 0
       except select value, layer_id, pixels from layer_class`,
    ) ||
    differs(
      `select 1 from image left join layer on layer.image_id = image.id and layer.kind = 'semantic'
       where labelled_pixels <> coalesce((select sum(value) from json_each(pixels_by_value) where key > 0), 0)`,
    )
  );
}
