/**
 * The edits that this window made of the open image, with both sides of their tiles, as far as a budget reaches: so undo
 * and redo can be seen before the store has answered.
 */
import type { StoredTile } from '../../src-main/shared/app-api.js';
import type { EditTile } from './mask-editor.js';

export type Way = 'undo' | 'redo';

interface OwnEdit {
  before: StoredTile[];
  after: StoredTile[];
  bytes: number;
}

/** Compressed tiles, most of which the label map or the edit before holds as well. */
const BUDGET_BYTES = 64 * 2 ** 20;
/** What an entry takes beside its bytes, about. */
const TILE_BYTES = 200;

export class OwnEdits {
  private readonly done: OwnEdit[] = [];
  private readonly undone: OwnEdit[] = [];
  private bytes = 0;

  constructor(private readonly budgetBytes = BUDGET_BYTES) {}

  /** An edit that the store has just taken, painted over what it held; `tiles` are those of `edit` that were sent. */
  saved(edit: readonly EditTile[], tiles: readonly StoredTile[]): void {
    this.drop(this.undone);
    const former = new Map(edit.map(({ ty, tx, before }) => [`${ty},${tx}`, before]));
    const before = tiles.map(({ ty, tx }) => ({ ty, tx, bytes: former.get(`${ty},${tx}`) ?? null }));
    const bytes = sizeOf(before) + sizeOf(tiles);
    this.done.push({ before, after: [...tiles], bytes });
    this.bytes += bytes;
    while (this.bytes > this.budgetBytes) this.bytes -= this.done.shift()!.bytes;
  }

  /** The tiles as the next step that way leaves them; null: not known here. */
  next(way: Way): readonly StoredTile[] | null {
    const edit = way === 'undo' ? this.done.at(-1) : this.undone.at(-1);
    return (way === 'undo' ? edit?.before : edit?.after) ?? null;
  }

  /** The step that `next` told is made, here or in the store. */
  moved(way: Way): void {
    const [from, to] = way === 'undo' ? [this.done, this.undone] : [this.undone, this.done];
    const edit = from.pop();
    if (edit) to.push(edit);
  }

  /** The labels were changed by somebody else: what a step would do is not known any more. */
  clear(): void {
    this.drop(this.done);
    this.drop(this.undone);
  }

  get heldBytes(): number {
    return this.bytes;
  }

  private drop(edits: OwnEdit[]): void {
    for (const { bytes } of edits.splice(0)) this.bytes -= bytes;
  }
}

const sizeOf = (tiles: readonly StoredTile[]): number =>
  tiles.reduce((sum, { bytes }) => sum + TILE_BYTES + (bytes?.length ?? 0), 0);
