/**
 * The window's half of undo: edits show at once and are saved in order, one at a time; the store keeps the journal. What
 * could not be saved stays in a queue, and nothing that was painted is lost for as long as the window lives.
 */
import type { AppApi, AppliedEdit, HistoryState, SavedEdit } from '../../src-main/shared/app-api.js';
import { AppError, isAppError, messageOf } from '../../src-main/shared/errors.js';
import { coalesce, fitsStored, sameStored, unsavedTiles, type UnsavedTile } from './edit-queue.js';
import type { Edit, MaskEditor } from './mask-editor.js';

/** The calls of the core that this needs. */
export type EditService = Pick<AppApi, 'saveEdit' | 'undo' | 'redo' | 'loadTiles'>;

export interface SaveStatus {
  state: 'saved' | 'saving' | 'failed';
  /** Edits that are not saved yet. */
  waiting: number;
  /** What went wrong and what to do. */
  sentence: string | null;
  /** Whether another window changed these labels, so that a person must choose: `keepMine` or `takeTheirs`. */
  conflict: boolean;
}

export interface EditHistoryOptions {
  service: EditService;
  imageId: number;
  /** As the image was opened with. */
  version: number;
  history: HistoryState;
  editor: MaskEditor;
  /** After any change of status, version or history; with what the core said, when it did. */
  onChange?: (answer: SavedEdit | AppliedEdit | null) => void;
  /** Lets the window draw a frame in between. */
  pause?: () => Promise<void>;
}

/** An edit that is not saved. */
export interface Waiting {
  edit: Edit;
  author: 'person' | 'model';
}

/** Edits kept apart while saving fails; beyond, the older ones are saved, and undone, as one. */
const MOST_WAITING = 200;

export class EditHistory {
  private readonly queue: Waiting[] = [];
  private error: unknown = null;
  private saving: Promise<void> | null = null;
  private steps: Promise<unknown> | null = null;
  /** The answer to an undo was lost: what the core has is to be read again. */
  private outdated = false;
  private currentVersion: number;
  private stored: HistoryState;

  constructor(private readonly options: EditHistoryOptions) {
    this.currentVersion = options.version;
    this.stored = options.history;
  }

  get version(): number {
    return this.currentVersion;
  }

  get status(): SaveStatus {
    const conflict = isAppError(this.error) && this.error.code === 'changed';
    return {
      state: this.error ? 'failed' : this.queue.length > 0 ? 'saving' : 'saved',
      waiting: this.queue.length,
      sentence: this.error ? this.sentence(conflict) : null,
      conflict,
    };
  }

  /** Titles of what undo and redo would do. */
  get history(): HistoryState {
    const last = this.queue.at(-1);
    return last ? { undo: last.edit.title, redo: null } : this.stored;
  }

  /** While an undo or redo is under way no stroke may begin: await this first. */
  get applying(): Promise<unknown> | null {
    return this.steps;
  }

  /** Takes an edit that was committed; saving starts at once, and again after a failure. */
  push(edit: Edit, author: 'person' | 'model' = 'person'): void {
    this.queue.push({ edit, author });
    if (this.error && this.queue.length > MOST_WAITING) this.joinOldest();
    if (!this.status.conflict) void this.save();
    this.changed();
  }

  /** Resolves when all is saved. @throws AppError with the sentence of `status` when it cannot be. */
  async settled(): Promise<void> {
    if (this.queue.length > 0 || this.outdated) await this.save();
    const { sentence } = this.status;
    if (sentence) throw new AppError('disk', sentence, { cause: this.error });
  }

  /** Tries again after a failure; how it went is in `status`. */
  async retry(): Promise<void> {
    if (!this.status.conflict) await this.save();
  }

  /** Undoes the last edit, saved or on its way. Null: nothing to undo, or a stroke is being painted. */
  undo(): Promise<AppliedEdit | null> {
    const { service, imageId } = this.options;
    return this.step(() => service.undo({ imageId }));
  }

  redo(): Promise<AppliedEdit | null> {
    const { service, imageId } = this.options;
    return this.step(() => service.redo({ imageId }));
  }

  /** An edit that the core makes itself, of the labels as they are shown: taking over a prediction. Null: none was made. */
  adopt(make: (baseVersion: number) => Promise<AppliedEdit | null>): Promise<AppliedEdit | null> {
    return this.step(() => make(this.currentVersion));
  }

  /** After a conflict: saves this window's edits, as one, over what the other one made of their tiles. */
  async keepMine(): Promise<void> {
    while (this.queue.length > 1) this.queue.splice(0, 2, joined(this.queue[0]!, this.queue[1]!));
    await this.rebase();
    await this.save();
  }

  /**
   * After a conflict, or when another window changed the labels: drops what is not saved and shows what the core has.
   * As with `keepMine`, no stroke may be under way.
   */
  async takeTheirs(): Promise<void> {
    await this.reload();
    this.queue.length = 0;
    this.error = null;
    this.changed();
  }

  /** Gives away what cannot be saved, to the history that follows this one; nothing waits here afterwards. */
  async release(): Promise<Waiting[]> {
    await this.saving;
    this.error = null;
    return this.queue.splice(0);
  }

  /**
   * Goes on with edits that another history of the same image could not save, over labels that were read just now. They
   * are saved, unless somebody changed the same tiles meanwhile: then a person chooses, as after any conflict.
   * @param doubtful The label values may mean other classes by now, so that a person has to look.
   */
  resume(edits: readonly Waiting[], doubtful: boolean): void {
    const [first, ...others] = edits;
    if (!first) return;
    const { editor } = this.options;
    const all = others.reduce(joined, first).edit.tiles;
    const found = editor.tiles.storedTiles();
    const made = all.map(({ ty, tx, after }) => ({ ty, tx, bytes: after() }));
    // Only the answer was lost.
    if (sameStored(made, found, editor.tiles)) return;
    const fits = fitsStored(all, found, editor.tiles);
    this.queue.unshift(...edits);
    editor.replace(made);
    if (doubtful || !fits) this.error = new AppError('changed', 'Another window changed the labels.');
    else void this.save();
    this.changed();
  }

  private save(): Promise<void> {
    this.saving ??= this.saveAll().finally(() => {
      this.saving = null;
      this.changed();
    });
    return this.saving;
  }

  private async saveAll(): Promise<void> {
    try {
      if (this.outdated) await this.rebase();
      this.error = null;
      for (let first = this.queue[0]; first; first = this.queue[0]) {
        const tiles = await unsavedTiles(first.edit, this.options.pause);
        const answer = tiles.length > 0 ? await this.send(first, tiles) : null;
        this.queue.shift();
        this.changed(answer);
      }
    } catch (error) {
      this.error = error;
    }
  }

  private async send({ edit, author }: Waiting, tiles: UnsavedTile[]): Promise<SavedEdit | null> {
    const { service, imageId } = this.options;
    const baseVersion = this.currentVersion;
    try {
      const saved = await service.saveEdit({ imageId, title: edit.title, author, baseVersion, tiles });
      this.currentVersion = saved.version;
      this.stored = saved.history;
      return saved;
    } catch (error) {
      const refused = isAppError(error) && error.code === 'changed';
      if (!refused || !(await this.wasSavedBefore(tiles))) throw error;
      this.currentVersion = baseVersion + 1;
      this.stored = { undo: edit.title, redo: null };
      return null;
    }
  }

  /** Whether the edit is the last one the core has, so that only its answer was lost. */
  private async wasSavedBefore(tiles: readonly UnsavedTile[]): Promise<boolean> {
    const { service, imageId, editor } = this.options;
    const range = {
      ty0: Math.min(...tiles.map(({ ty }) => ty)),
      ty1: Math.max(...tiles.map(({ ty }) => ty)),
      tx0: Math.min(...tiles.map(({ tx }) => tx)),
      tx1: Math.max(...tiles.map(({ tx }) => tx)),
    };
    const there = await service.loadTiles({ imageId, level: 0, range });
    return there.version === this.currentVersion + 1 && sameStored(tiles, there.tiles, editor.tiles);
  }

  private step(ask: () => Promise<AppliedEdit | null>): Promise<AppliedEdit | null> {
    if (this.options.editor.painting) return Promise.resolve(null);
    const before = this.steps ?? Promise.resolve();
    const step = before.then(
      () => this.apply(ask),
      () => this.apply(ask),
    );
    const current: Promise<unknown> = step
      .catch(() => null)
      .finally(() => {
        if (this.steps === current) this.steps = null;
      });
    this.steps = current;
    return step;
  }

  private async apply(ask: () => Promise<AppliedEdit | null>): Promise<AppliedEdit | null> {
    const { editor } = this.options;
    await this.settled();
    try {
      const applied = await ask();
      if (!applied) return null;
      this.currentVersion = applied.version;
      this.stored = applied.history;
      editor.replace(applied.tiles);
      this.changed(applied);
      return applied;
    } catch (error) {
      // A refusal changed nothing; anything else may have come after the core had done it.
      if (isAppError(error)) throw error;
      this.outdated = true;
      await this.save();
      throw error;
    }
  }

  /** Shows what the core has, and over it what waits to be saved. */
  private async rebase(): Promise<void> {
    await this.reload();
    for (const { edit } of this.queue)
      this.options.editor.replace(edit.tiles.map(({ ty, tx, after }) => ({ ty, tx, bytes: after() })));
  }

  private async reload(): Promise<void> {
    const { service, imageId, editor } = this.options;
    const { rows, columns } = editor.tiles;
    const range = { ty0: 0, ty1: rows - 1, tx0: 0, tx1: columns - 1 };
    const { version, tiles } = await service.loadTiles({ imageId, level: 0, range });
    const there = new Set(tiles.map(({ ty, tx }) => editor.tiles.indexOf(ty, tx)));
    const gone = editor.tiles.storedTiles().filter(({ ty, tx }) => !there.has(editor.tiles.indexOf(ty, tx)));
    editor.replace([...gone.map(({ ty, tx }) => ({ ty, tx, bytes: null })), ...tiles]);
    this.currentVersion = version;
    this.outdated = false;
  }

  private joinOldest(): void {
    // The first may be on its way, and is told by its tiles if its answer gets lost.
    this.queue.splice(1, 2, joined(this.queue[1]!, this.queue[2]!));
  }

  private sentence(conflict: boolean): string {
    if (conflict)
      return 'Another window changed the labels of this image; choose whether to keep what you painted here or what is saved.';
    const kept =
      this.queue.length > 0
        ? 'What you painted is kept in this window and will be saved when you try again.'
        : 'Try again to see what is saved.';
    return `Saving did not work: ${messageOf(this.error)} ${kept}`;
  }

  private changed(answer: SavedEdit | AppliedEdit | null = null): void {
    this.options.onChange?.(answer);
  }
}

const joined = (first: Waiting, second: Waiting): Waiting => ({
  edit: coalesce(first.edit, second.edit),
  // Of a mixture nobody can say which pixels a person stood for: better too few than too many.
  author: first.author === second.author ? first.author : 'model',
});
