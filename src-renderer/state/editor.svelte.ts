/** The image that is open for painting: its labels and samples, the running tool, and what is saved of it. */
import type { AppliedEdit, OpenedImage } from '../../src-main/shared/app-api.js';
import { isAppError } from '../../src-main/shared/errors.js';
import type { Waiting } from '../editor/edit-queue.js';
import { EditHistory } from '../editor/history.js';
import { LabelTiles } from '../editor/label-tiles.js';
import { MaskEditor } from '../editor/mask-editor.js';
import { PixelTiles, type PixelTile } from '../editor/pixel-tiles.js';
import type { SaveStatus } from '../editor/save-status.js';
import type { Preview, ToolEvent, ToolHost } from '../editor/tool-events.js';
import { ToolRunner } from '../editor/tool-runner.js';
import { strings } from '../strings.js';
import { Display } from './display.svelte.js';
import type { Jobs } from './jobs.svelte.js';
import { sentenceOf } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';
import type { ProjectSession } from './project.svelte.js';
import { RegionWork } from './region-work.svelte.js';
import type { CursorInfo, Viewing } from './viewing.svelte.js';
import { requireWhole } from './whole-labels.js';

/** What the canvas draws; told by the editor what has changed. */
export interface CanvasListener {
  labelsChanged(): void;
  pixelsCame(tile: PixelTile): void;
}

export interface EditorPlace {
  project: ProjectSession;
  viewing: Viewing;
  jobs: Jobs;
  notices: Notices;
  image: OpenedImage;
  tiles: LabelTiles;
}

/** As many as may be asked for at once: all of an image of 32768². */
const MOST_TILES = { ty0: 0, ty1: 63, tx0: 0, tx1: 63 };

const SAVED: SaveStatus = { state: 'saved', waiting: 0, sentence: null, conflict: false };

/** One opened image; another image is another editor. */
export class ImageEditor {
  readonly image: OpenedImage;
  readonly display: Display;
  readonly pixels: PixelTiles;
  readonly regions: RegionWork;
  readonly mask: MaskEditor;
  preview: Preview | null = $state.raw(null);
  saving: SaveStatus = $state.raw(SAVED);
  /** Edits that the core has answered: they are on the disk. */
  savedEdits = $state(0);
  history: { undo: string | null; redo: string | null } = $state.raw({ undo: null, redo: null });
  /** Sentence to show in place of the image. */
  failure: string | null = $state.raw(null);
  readonly #edits: EditHistory;
  readonly #runner: ToolRunner;
  readonly #listeners = new Set<CanvasListener>();
  readonly #stop: () => void;

  constructor(private readonly place: EditorPlace) {
    const { project, image, tiles, viewing } = place;
    this.image = image;
    this.display = new Display(image);
    this.mask = new MaskEditor(tiles);
    this.history = image.history;
    this.pixels = new PixelTiles({
      session: project.state.session,
      image,
      onTile: (tile) => this.#each((listener) => listener.pixelsCame(tile)),
      onFailure: (sentence) => (this.failure = sentence),
    });
    this.#edits = new EditHistory({
      // The core may be another one when a stroke is saved than when the image was opened.
      service: {
        saveEdit: (edit) => project.api.saveEdit(edit),
        undo: (image) => project.api.undo(image),
        redo: (image) => project.api.redo(image),
        loadTiles: (range) => project.api.loadTiles(range),
      },
      imageId: image.id,
      version: image.maskVersion,
      history: image.history,
      editor: this.mask,
      onChange: (answer) => {
        if (answer && 'editId' in answer) this.savedEdits++;
        this.saving = this.#edits.status;
        this.history = this.#edits.history;
        this.labelsChanged();
      },
    });
    this.regions = new RegionWork({
      editor: this.mask,
      pixels: this.pixels,
      channels: () => this.display.ranges,
      tools: () => project.tools.state,
      visible: () => viewing.visible(image),
      commit: () => this.#commit(),
      send: (event) => this.send(event),
      job: (title, work) => place.jobs.run(title, work),
      onFailure: (error) => {
        this.abort();
        this.#say(error);
      },
    });
    this.#runner = new ToolRunner({
      host: this.#toolHost(),
      onPreview: (preview) => (this.preview = preview),
      blocked: () => project.editing.steps.pending ?? this.#edits.applying ?? this.regions.busy,
    });
    this.#stop = project.listen({
      maskChanged: (imageId) => {
        if (imageId === null || imageId === image.id)
          void this.#edits.readAgain().catch((error: unknown) => this.#say(error));
      },
    });
  }

  /** Fetches an image's labels and opens it. */
  static async open(place: Omit<EditorPlace, 'image' | 'tiles'>, imageId: number): Promise<ImageEditor> {
    const { api } = place.project;
    // Labels do not wait for the pixels; of most images they are all there before the size is known.
    const [image, early] = await Promise.all([
      api.openImage({ id: imageId }),
      api.loadTiles({ imageId, level: 0, range: MOST_TILES }),
    ]);
    const tiles = new LabelTiles(image);
    const all = { ty0: 0, ty1: tiles.rows - 1, tx0: 0, tx1: tiles.columns - 1 };
    const whole = all.ty1 <= MOST_TILES.ty1 && all.tx1 <= MOST_TILES.tx1;
    // Another window may have painted while the pixels were decoded.
    const stored =
      whole && early.version === image.maskVersion
        ? early
        : await api.loadTiles({ imageId, level: 0, range: all });
    for (const tile of stored.tiles) tiles.replace(tile);
    await requireWhole(tiles, strings.image.damagedLabels(image.name));
    return new ImageEditor({ ...place, image: { ...image, maskVersion: stored.version }, tiles });
  }

  get tiles(): LabelTiles {
    return this.mask.tiles;
  }

  /** Whether labels may be painted: not in a project that is read, nor over pixels that are others than labelled. */
  get writable(): boolean {
    const { state } = this.image.file;
    return !this.place.project.readOnly && (state === 'present' || state === 'moved');
  }

  /** Label and samples of a pixel; null outside the image. */
  under(at: { x: number; y: number }): CursorInfo | null {
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    const { width, height } = this.image;
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    return { x, y, classValue: this.tiles.at(x, y), values: this.pixels.samplesAt(x, y) };
  }

  listen(listener: CanvasListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Pointer and keys of the canvas. */
  send(event: ToolEvent): void {
    if (event.kind === 'press' && !this.writable) {
      this.place.notices.problem(this.image.file.sentence ?? this.place.project.readOnlyReason ?? '');
      return;
    }
    try {
      this.#runner.send(event);
    } catch (error) {
      this.#say(error);
    }
    this.labelsChanged();
  }

  /** Ends the running tool. @returns whether there was one. */
  abort(): boolean {
    const ended = this.#runner.abort();
    this.labelsChanged();
    return ended;
  }

  /** Whether a tool is in the middle of something. */
  get busy(): boolean {
    return this.#runner.active;
  }

  /** A failure has been said. */
  undo(): Promise<boolean> {
    return this.#step(() => this.#edits.undo());
  }

  redo(): Promise<boolean> {
    return this.#step(() => this.#edits.redo());
  }

  /**
   * Lets the core change the labels as they are shown now. Resolves to whether it did; a failure has been said.
   * @param make Given the version of the labels.
   */
  adopt(make: (baseVersion: number) => Promise<AppliedEdit | null>): Promise<boolean> {
    this.abort();
    return this.#step(() => this.#edits.adopt(make));
  }

  async #step(apply: () => Promise<AppliedEdit | null>): Promise<boolean> {
    // What is being computed was asked for before.
    await this.regions.busy;
    const applied = await apply().catch((error: unknown) => this.#say(error));
    if (applied) this.place.project.newest = 'image';
    return Boolean(applied);
  }

  retrySaving = (): Promise<void> => this.#edits.retry();
  keepMine = (): Promise<void> => this.#edits.keepMine().catch((error: unknown) => this.#say(error));
  takeTheirs = (): Promise<void> => this.#edits.takeTheirs().catch((error: unknown) => this.#say(error));

  /** Resolves when all that was painted is saved. @throws AppError with a sentence when it cannot be. */
  settled(): Promise<void> {
    return this.#edits.settled();
  }

  /** See EditHistory. */
  release(): Promise<Waiting[]> {
    this.abort();
    return this.#edits.release();
  }

  resume(edits: readonly Waiting[], doubtful: boolean): void {
    this.#edits.resume(edits, doubtful);
  }

  labelsChanged(): void {
    this.#each((listener) => listener.labelsChanged());
  }

  dispose(): void {
    this.abort();
    this.#stop();
    this.regions.dispose();
    this.pixels.dispose();
    this.#listeners.clear();
  }

  #toolHost(): ToolHost {
    const { mask, regions } = this;
    const { tools } = this.place.project;
    return {
      editor: mask,
      get state() {
        return tools.state;
      },
      commit: (author) => this.#commit(author),
      predicted: () => this.place.project.modelling.rowsOf(this.image.id),
      select: (ask) => regions.select(ask),
      apply: (ask, options) => regions.apply(ask, options),
    };
  }

  #commit(author: 'person' | 'model' = 'person'): void {
    const edit = this.mask.commit();
    if (edit) {
      this.place.project.newest = 'image';
      this.#edits.push(edit, author);
    }
    this.labelsChanged();
  }

  #each(tell: (listener: CanvasListener) => void): void {
    for (const listener of this.#listeners) tell(listener);
  }

  #say(error: unknown): void {
    if (isAppError(error) && error.code === 'stopped') return;
    this.place.notices.problem(sentenceOf(error));
  }
}
