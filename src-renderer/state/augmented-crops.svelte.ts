/** Crops of the open image as the next training would see them: asked for anew when settings, labels or image change. */
import type { AugmentedCrops, TrainingApi, TrainingChoice } from '../../src-main/shared/app-api-training.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { mixed } from './preview-parts.js';
import { sentenceOf } from './jobs.svelte.js';

export const CROPS_SHOWN = 6;

export interface CropsPlace {
  api: () => Pick<TrainingApi, 'previewAugmentation'>;
  choice: () => TrainingChoice;
}

export class AugmentedCropsShown {
  crops: AugmentedCrops | null = $state.raw(null);
  /** Why there are none. */
  problem: string | null = $state.raw(null);
  busy = $state(false);
  /** Of which image, and how many crops of it were passed over. */
  #imageId: number | null = null;
  #first = 0;
  #asked: AbortController | null = null;

  constructor(private readonly place: CropsPlace) {}

  /** An answer that is overtaken is neither waited for nor shown. @param imageId null: no image is open. */
  async show(imageId: number | null): Promise<void> {
    this.stop();
    if (imageId !== this.#imageId) this.crops = null;
    this.#imageId = imageId;
    this.problem = null;
    if (imageId === null) return;
    const asked = (this.#asked = new AbortController());
    this.busy = true;
    try {
      const crops = await this.place
        .api()
        .previewAugmentation(
          { choice: this.place.choice(), imageId, first: this.#first, count: CROPS_SHOWN },
          { signal: asked.signal },
        );
      if (asked === this.#asked) this.crops = crops;
    } catch (error) {
      if (asked !== this.#asked || (isAppError(error) && error.code === 'stopped')) return;
      this.crops = null;
      this.problem = sentenceOf(error);
    } finally {
      if (asked === this.#asked) this.busy = false;
    }
  }

  /** The crops that follow. */
  another(): Promise<void> {
    this.#first += CROPS_SHOWN;
    return this.show(this.#imageId);
  }

  stop(): void {
    this.#asked?.abort();
    this.#asked = null;
    this.busy = false;
  }
}

const OPACITY = 0.4;

/** A crop as RGBA, little-endian, one a pixel. @param colors by label value; null: without labels. */
export function cropPixels(
  { pixels, labels }: AugmentedCrops['crops'][number],
  colors: Uint32Array | null,
): Uint32Array {
  const { buffer, byteOffset, byteLength } = pixels;
  const image = new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  if (!colors) return image;
  return image.map((pixel, i) => (labels[i] === 0 ? pixel : mixed(pixel, colors[labels[i]!]!, OPACITY)));
}
