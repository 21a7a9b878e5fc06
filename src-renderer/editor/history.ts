/**
 * The window's half of undo: edits show at once and are saved in order, one at a time; the store keeps the journal. What
 * could not be saved stays in a queue, and nothing that was painted is lost for as long as the window lives.
 */
import type { AppApi, AppliedEdit, HistoryState, SavedEdit } from '../../src-main/shared/app-api.js';
import { AppError, isAppError } from '../../src-main/shared/errors.js';
import { allStored, fitsStored, joined, rangeOf, sameStored, unsavedTiles } from './edit-queue.js';
import type { UnsavedTile, Waiting } from './edit-queue.js';
import type { Edit, MaskEditor } from './mask-editor.js';
import type { Way } from './own-edits.js';
import { failureSentence, type SaveStatus } from './save-status.js';
import { StepChain } from './step-chain.js';
import { StepsAhead, type ShownStep } from './steps-ahead.js';

/** The calls of the core that this needs. */
export type EditService = Pick<AppApi, 'saveEdit' | 'undo' | 'redo' | 'loadTiles'>;

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

/** Edits kept apart while saving fails; beyond, the older ones are saved, and undone, as one. */
const MOST_WAITING = 200;

export class EditHistory {
  private readonly queue: Waiting[] = [];
  private error: unknown = null;
  private saving: Promise<void> | null = null;
  private readonly steps = new StepChain();
  /** Undo and redo of this window's own edits, shown before the core has answered. */
  private readonly ahead: StepsAhead;
  /** A step is at the core: what is pushed meanwhile is saved after it. */
  private asking = false;
  /** The answer to an undo was lost: what the core has is to be read again. */
  private outdated = false;
  private currentVersion: number;
  private stored: HistoryState;

  constructor(private readonly options: EditHistoryOptions) {
    this.currentVersion = options.version;
    this.stored = options.history;
    this.ahead = new StepsAhead(options.editor);
  }

  get version(): number {
    return this.currentVersion;
  }

  get status(): SaveStatus {
    const conflict = isAppError(this.error) && this.error.code === 'changed';
    return {
      state: this.error ? 'failed' : this.queue.length > 0 || this.ahead.shown ? 'saving' : 'saved',
      waiting: this.queue.length,
      sentence: this.error ? failureSentence(this.error, { conflict, kept: this.queue.length > 0 }) : null,
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
    return this.steps.running;
  }

  /** Takes an edit that was committed; saving starts at once, and again after a failure. */
  push(edit: Edit, author: 'person' | 'model' = 'person'): void {
    this.queue.push({ edit, author });
    if (this.error && this.queue.length > MOST_WAITING) this.joinOldest();
    if (!this.status.conflict && !this.asking && !this.ahead.shown) void this.save();
    this.changed();
  }

  /** Resolves when all is saved. @throws AppError with the sentence of `status` when it cannot be. */
  async settled(): Promise<void> {
    if (this.asking || this.ahead.shown) await this.steps.running;
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
    return this.travel('undo');
  }

  redo(): Promise<AppliedEdit | null> {
    return this.travel('redo');
  }

  /** An edit that the core makes itself, of the labels as they are shown: taking over a prediction. Null: none was made. */
  adopt(make: (baseVersion: number) => Promise<AppliedEdit | null>): Promise<AppliedEdit | null> {
    return this.step(() => this.apply(() => make(this.currentVersion)));
  }

  /** After a conflict: saves this window's edits, as one, over what the other one made of their tiles. */
  async keepMine(): Promise<void> {
    while (this.queue.length > 1) this.queue.splice(0, 2, joined(this.queue[0]!, this.queue[1]!));
    await this.rebase();
    await this.save();
  }

  /** When another window changed the labels: shows them, unless a stroke or its saving is under way, which will tell. */
  async readAgain(): Promise<void> {
    await this.step(async () => {
      if (this.status.state === 'saved') await this.takeTheirs();
      return null;
    });
  }

  /** After a conflict: drops what is not saved and shows what the core has. As with `keepMine`, no stroke may be under way. */
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
    this.queue.unshift(...edits.map((waiting) => ({ ...waiting, moved: true })));
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

  private async send({ edit, author, moved }: Waiting, tiles: UnsavedTile[]): Promise<SavedEdit | null> {
    const { service, imageId } = this.options;
    const baseVersion = this.currentVersion;
    try {
      const saved = await service.saveEdit({ imageId, title: edit.title, author, baseVersion, tiles });
      this.currentVersion = saved.version;
      this.stored = saved.history;
      if (moved || saved.version !== baseVersion + 1) this.ahead.forget();
      else this.ahead.saved(edit.tiles, tiles);
      return saved;
    } catch (error) {
      const refused = isAppError(error) && error.code === 'changed';
      if (!refused || !(await this.wasSavedBefore(tiles))) throw error;
      this.currentVersion = baseVersion + 1;
      this.stored = { undo: edit.title, redo: null };
      this.ahead.forget();
      return null;
    }
  }

  /** Whether the edit is the last one the core has, so that only its answer was lost. */
  private async wasSavedBefore(tiles: readonly UnsavedTile[]): Promise<boolean> {
    const { service, imageId, editor } = this.options;
    const there = await service.loadTiles({ imageId, level: 0, range: rangeOf(tiles) });
    return there.version === this.currentVersion + 1 && sameStored(tiles, there.tiles, editor.tiles);
  }

  /** Shown at once where it is known what the step will do, also before those asked for earlier are answered. */
  private travel(way: Way): Promise<AppliedEdit | null> {
    const { service, imageId, editor } = this.options;
    const known =
      this.queue.length === 0 && this.steps.unseen === 0 && !this.error && !this.outdated && !this.saving;
    const shown = known && !editor.painting ? this.ahead.show(way) : null;
    if (shown) this.changed();
    return this.step(() => this.apply(() => service[way]({ imageId }), { way, shown }), shown !== null);
  }

  /** Null: a stroke is being painted. */
  private step<T>(make: () => Promise<T | null>, seen = false): Promise<T | null> {
    return this.options.editor.painting ? Promise.resolve(null) : this.steps.add(make, seen);
  }

  private async apply(
    ask: () => Promise<AppliedEdit | null>,
    { way, shown = null }: { way?: Way; shown?: ShownStep | null } = {},
  ): Promise<AppliedEdit | null> {
    // What was painted after a step that is shown comes after it in the store too.
    const ahead = this.ahead.shows(shown);
    if (!ahead) await this.settled();
    this.asking = true;
    try {
      if (way && !ahead && this.ahead.show(way)) this.changed();
      const applied = await ask();
      this.answered(applied);
      return applied;
    } catch (error) {
      // A refusal changed nothing; anything else may have come after the core had done it.
      if (!isAppError(error)) this.outdated = true;
      this.answered(null);
      throw error;
    } finally {
      this.asking = false;
      if (this.outdated || (this.queue.length > 0 && !this.ahead.shown)) await this.save();
    }
  }

  /** Null: the core has made no step. */
  private answered(applied: AppliedEdit | null): void {
    const asSeen = applied ? this.ahead.confirm(applied.tiles) : !this.ahead.takeBack();
    if (applied) {
      if (!asSeen) this.options.editor.replace(applied.tiles);
      // Otherwise somebody else was faster, and there is more that is not known here.
      this.outdated ||= applied.version !== this.currentVersion + 1;
      this.currentVersion = applied.version;
      this.stored = applied.history;
    }
    // What was painted meanwhile was painted over other labels.
    if (!asSeen && this.queue.length > 0) this.outdated = true;
    this.changed(applied);
  }

  /** Shows what the core has, and over it what waits to be saved. */
  private async rebase(): Promise<void> {
    await this.reload();
    for (const waiting of this.queue) {
      waiting.moved = true;
      this.options.editor.replace(
        waiting.edit.tiles.map(({ ty, tx, after }) => ({ ty, tx, bytes: after() })),
      );
    }
  }

  private async reload(): Promise<void> {
    const { service, imageId, editor } = this.options;
    const { version, tiles } = await allStored(service, imageId, editor.tiles);
    editor.replace(tiles);
    this.ahead.forget();
    this.currentVersion = version;
    this.outdated = false;
  }

  private joinOldest(): void {
    // The first may be on its way, and is told by its tiles if its answer gets lost.
    this.queue.splice(1, 2, joined(this.queue[1]!, this.queue[2]!));
  }

  private changed(answer: SavedEdit | AppliedEdit | null = null): void {
    this.options.onChange?.(answer);
  }
}
