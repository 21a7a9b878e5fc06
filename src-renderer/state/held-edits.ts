/** Strokes that could not be saved and whose image has left the screen: kept until it is opened again. */
import type { Waiting } from '../editor/edit-queue.js';

export interface HeldImage {
  imageId: number;
  name: string;
  edits: Waiting[];
  /** See EditHistory.resume. */
  doubtful: boolean;
}

/** What this needs of the editor of an image. */
export interface HoldingEditor {
  readonly image: { id: number; name: string };
  release(): Promise<Waiting[]>;
}

export class HeldEdits {
  readonly #editors = new Set<HoldingEditor>();
  #images: HeldImage[] = [];

  get names(): string[] {
    return [...[...this.#editors].map(({ image }) => image.name), ...this.#images.map(({ name }) => name)];
  }

  has(editor: HoldingEditor): boolean {
    return this.#editors.has(editor);
  }

  /** An editor that left the screen and holds strokes. */
  leave(editor: HoldingEditor): void {
    this.#editors.add(editor);
  }

  /** All of it is saved. */
  forget(editor: HoldingEditor): void {
    this.#editors.delete(editor);
  }

  hold(image: HeldImage): void {
    this.#images.push(image);
  }

  /** What was held of an image, for the editor it has now; null: nothing. */
  async take(imageId: number): Promise<HeldImage | null> {
    const all = await this.release();
    const [held, ...more] = all.filter((one) => one.imageId === imageId);
    this.#images = all.filter((one) => one.imageId !== imageId);
    return held ? more.reduce(following, held) : null;
  }

  /** All of it, image by image; nothing is held afterwards. */
  async release(): Promise<HeldImage[]> {
    const editors = [...this.#editors];
    this.#editors.clear();
    const images = this.#images;
    this.#images = [];
    for (const editor of editors) {
      const { id: imageId, name } = editor.image;
      const edits = await editor.release();
      if (edits.length > 0) images.push({ imageId, name, edits, doubtful: false });
    }
    return images;
  }
}

const following = (first: HeldImage, second: HeldImage): HeldImage => ({
  ...first,
  edits: [...first.edits, ...second.edits],
  doubtful: first.doubtful || second.doubtful,
});
