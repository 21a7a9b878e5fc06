/**
 * Undo and redo as they are seen at once: the tiles of this window's own last edit are shown while the store is asked, and
 * what it answers counts. Where the next step is not known here, nothing is shown and the answer is waited for.
 */
import type { StoredTile } from '../../src-main/shared/app-api.js';
import type { EditTile, MaskEditor } from './mask-editor.js';
import { OwnEdits, type Way } from './own-edits.js';

export class StepsAhead {
  private readonly own: OwnEdits;
  /** What is shown and not answered yet, and what was there. */
  private showing: { way: Way; tiles: readonly StoredTile[]; former: readonly StoredTile[] } | null = null;

  constructor(
    private readonly editor: MaskEditor,
    budgetBytes?: number,
  ) {
    this.own = new OwnEdits(budgetBytes);
  }

  /** Whether a step is shown that the store has not answered. */
  get shown(): boolean {
    return this.showing !== null;
  }

  /** See `OwnEdits.saved`. */
  saved(edit: readonly EditTile[], tiles: readonly StoredTile[]): void {
    this.own.saved(edit, tiles);
  }

  /** Shows the next step that way. All that was painted must be saved. @returns whether it is known. */
  show(way: Way): boolean {
    const tiles = this.own.next(way);
    if (!tiles) return false;
    const map = this.editor.tiles;
    const former = tiles.map(({ ty, tx }) => ({ ty, tx, bytes: map.storedBytes(map.indexOf(ty, tx)) }));
    this.showing = { way, tiles, former };
    this.editor.replace(tiles);
    return true;
  }

  /** The store has made a step. @returns whether it is the one that is shown; if not, nothing is shown any more. */
  confirm(answer: readonly StoredTile[]): boolean {
    const { showing } = this;
    if (showing && sameTiles(showing.tiles, answer)) {
      this.showing = null;
      this.own.moved(showing.way);
      return true;
    }
    this.takeBack();
    this.own.clear();
    return false;
  }

  /** The store has made no step. @returns whether one was shown. */
  takeBack(): boolean {
    const { showing } = this;
    this.showing = null;
    if (!showing) return false;
    // It would do so the next time as well.
    this.own.clear();
    this.editor.replace(showing.former);
    return true;
  }

  /** The labels are those of the store now, and what came before is not known. */
  forget(): void {
    this.showing = null;
    this.own.clear();
  }
}

/** Whether two lists hold the same tiles, in any order. */
function sameTiles(some: readonly StoredTile[], others: readonly StoredTile[]): boolean {
  if (some.length !== others.length) return false;
  const there = new Map(others.map(({ ty, tx, bytes }) => [`${ty},${tx}`, bytes]));
  return some.every(({ ty, tx, bytes }) => sameBytes(bytes, there.get(`${ty},${tx}`)));
}

/** Undefined: there is no such tile. */
const sameBytes = (a: Uint8Array | null, b: Uint8Array | null | undefined): boolean =>
  a === b || Boolean(a && b && a.length === b.length && a.every((byte, i) => byte === b[i]));
