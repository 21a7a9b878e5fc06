/**
 * Undo and redo as they are seen at once: the tiles of this window's own last edits are shown while the store is asked, step
 * by step, and what it answers counts. Where the next step is not known here, nothing is shown and the answer is waited for.
 */
import type { StoredTile } from '../../src-main/shared/app-api.js';
import type { EditTile, MaskEditor } from './mask-editor.js';
import { OwnEdits, type Way } from './own-edits.js';

/** A step that is shown and not answered yet, and what was there. */
export interface ShownStep {
  tiles: readonly StoredTile[];
  former: readonly StoredTile[];
}

export class StepsAhead {
  private readonly own: OwnEdits;
  /** In the order in which the store is asked. */
  private readonly showing: ShownStep[] = [];

  constructor(
    private readonly editor: MaskEditor,
    budgetBytes?: number,
  ) {
    this.own = new OwnEdits(budgetBytes);
  }

  /** Whether a step is shown that the store has not answered. */
  get shown(): boolean {
    return this.showing.length > 0;
  }

  /** Whether this one is shown still. */
  shows(step: ShownStep | null): boolean {
    return step !== null && this.showing.includes(step);
  }

  /** See `OwnEdits.saved`. */
  saved(edit: readonly EditTile[], tiles: readonly StoredTile[]): void {
    this.own.saved(edit, tiles);
  }

  /** Shows the next step that way. All that was painted before it must be saved. @returns null where it is not known. */
  show(way: Way): ShownStep | null {
    const tiles = this.own.next(way);
    if (!tiles) return null;
    const map = this.editor.tiles;
    const former = tiles.map(({ ty, tx }) => ({ ty, tx, bytes: map.storedBytes(map.indexOf(ty, tx)) }));
    const step = { tiles, former };
    this.showing.push(step);
    this.own.moved(way);
    this.editor.replace(tiles);
    return step;
  }

  /** The store has made a step. @returns whether it is the first that is shown; if not, nothing is shown any more. */
  confirm(answer: readonly StoredTile[]): boolean {
    const [first] = this.showing;
    if (first && sameTiles(first.tiles, answer)) {
      this.showing.shift();
      return true;
    }
    this.takeBack();
    this.own.clear();
    return false;
  }

  /** The store has made no step: those shown after it cannot be told either. @returns whether any was shown. */
  takeBack(): boolean {
    if (!this.shown) return false;
    // It would do so the next time as well.
    this.own.clear();
    for (const { former } of this.showing.splice(0).toReversed()) this.editor.replace(former);
    return true;
  }

  /** The labels are those of the store now, and what came before is not known. */
  forget(): void {
    this.showing.length = 0;
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
