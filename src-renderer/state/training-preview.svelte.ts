/** A held-out picture as the model in training sees it: image, labels, prediction and where the two differ. */
import type { TrainingPreview } from '../../src-main/shared/app-api-training.js';
import { previewUrl } from '../../src-main/shared/app-urls.js';
import { makeGround, type Ground, type GroundPlace } from './picture-ground.js';
import { splitPlanes } from './prediction-tiles.js';

/** RGBA pictures would have to be made anew with every colour of a class: these are what they are made from. */
export interface PreviewPicture extends Ground {
  /** Null: of a training that has ended. */
  epoch: number | null;
  predicted: Uint8Array;
}

export class TrainingPreviews {
  picture: PreviewPicture | null = $state.raw(null);
  #turn = 0;
  /** Image and labels stay the same from epoch to epoch. */
  #ground: { key: string; made: Promise<Ground> } | null = null;

  constructor(private readonly place: GroundPlace) {}

  /** Fetches the picture of an epoch; one that is overtaken by the next is not shown. */
  async show(run: number, preview: TrainingPreview | null): Promise<void> {
    const turn = ++this.#turn;
    if (!preview) {
      this.picture = null;
      return;
    }
    try {
      const key = [run, preview.imageId, preview.x, preview.y, preview.width, preview.height].join('/');
      if (this.#ground?.key !== key)
        this.#ground = { key, made: makeGround(this.place, preview.imageId, preview) };
      const [ground, answer] = await Promise.all([
        this.#ground.made,
        fetch(previewUrl(this.place.session(), run, preview.epoch)),
      ]);
      // 204: the picture of an epoch is gone once the next one is there.
      if (answer.status !== 200 || turn !== this.#turn) return;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (turn !== this.#turn) return;
      const { values } = splitPlanes(bytes, ground.width, ground.height);
      this.picture = { ...ground, epoch: preview.epoch, predicted: values };
    } catch {
      // A picture that cannot be had is not worth a message in the middle of a training.
      this.#ground = null;
    }
  }
}
