/** Which labels of the open image came from a model: how many, where, and a person standing for them. */
import type { ModelPixels as Told, PredictionsApi } from '../../src-main/shared/app-api-predictions.js';
import { LabelTiles } from '../editor/label-tiles.js';
import type { ImageEditor } from './editor.svelte.js';
import { sentenceOf } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';

export interface ModelPixelsPlace {
  api: () => PredictionsApi;
  notices: Notices;
  editor: () => ImageEditor | null;
}

export class ModelPixels {
  /** Whether they are hatched on the image. */
  shown = $state(false);
  /** Null while not known. */
  told: Told | null = $state.raw(null);
  /** 1 where a label is a model's; another object whenever that has changed. */
  tiles: LabelTiles | null = $state.raw(null);
  /** Of the labelled pixels, 0 … 1; null while not known or where nothing is labelled. */
  readonly share: number | null = $derived(
    this.told && this.told.labelledPixels > 0 ? this.told.pixels / this.told.labelledPixels : null,
  );
  #asked = 0;

  constructor(private readonly place: ModelPixelsPlace) {}

  /** Asks what there is now; of several answers under way only the last counts. */
  async look(editor: ImageEditor): Promise<void> {
    const asked = ++this.#asked;
    try {
      const told = await this.place.api().modelPixels({ imageId: editor.image.id });
      if (asked !== this.#asked) return;
      const { width, height } = editor.image;
      this.told = told;
      this.tiles = new LabelTiles({ width, height, tiles: told.tiles });
    } catch (error) {
      if (asked === this.#asked) this.place.notices.problem(sentenceOf(error));
    }
  }

  none(): void {
    this.#asked++;
    this.told = null;
    this.tiles = null;
  }

  /** All of the open image. @returns whether there was anything to confirm. */
  async confirm(): Promise<boolean> {
    const editor = this.place.editor();
    if (!editor?.writable) return false;
    const imageId = editor.image.id;
    const region = { kind: 'image' } as const;
    return editor.adopt((baseVersion) => this.place.api().confirmPixels({ imageId, region, baseVersion }));
  }
}
