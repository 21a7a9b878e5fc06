/** Which image of the project is open for painting: follows the image list, and closes nothing that is not saved. */
import { untrack } from 'svelte';
import { isAppError, messageOf } from '../../src-main/shared/errors.js';
import { ImageEditor } from './editor.svelte.js';
import { HeldEdits, type HeldImage } from './held-edits.js';
import type { Jobs } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';
import type { ProjectSession } from './project.svelte.js';
import { StepQueue } from './step-queue.js';
import { Viewing } from './viewing.svelte.js';

export interface EditingPlace {
  project: ProjectSession;
  jobs: Jobs;
  notices: Notices;
}

export class Editing {
  readonly viewing = new Viewing();
  /** Undo, redo and changes of a whole class, in the order they were asked for. */
  readonly steps = new StepQueue();
  editor: ImageEditor | null = $state.raw(null);
  /** Id of an image that is on its way. */
  opening: number | null = $state.raw(null);
  /** How far the class is grown, shrunk or smoothed, px. */
  regionPx = $state(2);
  /** Specks have fewer pixels than this. */
  speckPixels = $state(20);
  /** Why an image could not be opened. */
  problem: string | null = $state.raw(null);
  /** Whether that is because the project is damaged. */
  damaged = $state(false);

  readonly #held = new HeldEdits();

  constructor(private readonly place: EditingPlace) {}

  /** Names of images with strokes that could not be saved. */
  get unsaved(): string[] {
    const { editor } = this;
    const open = editor && editor.saving.waiting > 0 ? [editor.image.name] : [];
    return [...open, ...this.#held.names];
  }

  /** Gives away all that could not be saved, for the session that follows this one. */
  async release(): Promise<HeldImage[]> {
    if (this.editor) this.#held.leave(this.editor);
    return this.#held.release();
  }

  /** Goes on with it as soon as its images are opened. */
  hold(images: readonly HeldImage[]): void {
    for (const image of images) this.#held.hold(image);
  }

  /** Opens an image, or none; of several asked for in a row only the last is opened. */
  async show(imageId: number | null): Promise<void> {
    if (imageId === (untrack(() => this.opening) ?? untrack(() => this.editor)?.image.id ?? null)) return;
    this.opening = imageId;
    this.problem = null;
    this.damaged = false;
    if (imageId === null) return this.#close();
    try {
      const editor = await ImageEditor.open({ ...this.place, viewing: this.viewing }, imageId);
      if (this.opening !== imageId) return editor.dispose();
      await this.#put(editor);
      const held = await this.#held.take(imageId);
      if (held) editor.resume(held.edits, held.doubtful);
    } catch (error) {
      if (this.opening !== imageId) return;
      await this.#close();
      this.problem = isAppError(error) ? error.message : messageOf(error);
      this.damaged = isAppError(error) && error.code === 'bad-project';
    } finally {
      if (this.opening === imageId) this.opening = null;
    }
  }

  /** What lies under the pointer; null: nothing of the image. */
  hover(at: { x: number; y: number } | null): void {
    const { editor, viewing } = this;
    viewing.cursor = editor && at ? editor.under(at) : null;
  }

  /** Opens the present image anew: its file was found again, or the project may now be written. */
  async again(): Promise<void> {
    const id = this.editor?.image.id;
    if (id === undefined) return;
    await this.#close();
    await this.show(id);
  }

  /** Resolves when all strokes are saved; one that cannot be is said. */
  async settled(): Promise<void> {
    await this.editor?.settled();
  }

  async #put(editor: ImageEditor): Promise<void> {
    const former = this.editor;
    this.editor = editor;
    this.viewing.show(editor.image);
    if (former) await this.#retire(former);
  }

  async #close(): Promise<void> {
    const former = this.editor;
    this.editor = null;
    this.viewing.close();
    if (former) await this.#retire(former);
  }

  /** Strokes on their way are still saved after the image has left the screen. */
  async #retire(editor: ImageEditor): Promise<void> {
    editor.abort();
    try {
      await editor.settled();
    } catch (error) {
      this.#held.leave(editor);
      this.place.notices.say(`${editor.image.name}: ${messageOf(error)}`, 'problem', {
        label: 'Try again',
        run: () => void this.#tryAgain(editor),
      });
      return;
    }
    this.#held.forget(editor);
    editor.dispose();
  }

  /** Unless its image was opened again meanwhile, which goes on with its strokes. */
  async #tryAgain(editor: ImageEditor): Promise<void> {
    if (this.#held.has(editor)) await this.#retire(editor);
  }
}
