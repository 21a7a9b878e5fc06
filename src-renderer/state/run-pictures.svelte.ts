/** A held-out image as one or two finished models see it, for the dialog about them. */
import type { AppApi } from '../../src-main/shared/app-api.js';
import type { PredictionInfo } from '../../src-main/shared/app-api-predictions.js';
import { PIXEL_TILE, predictionUrl } from '../../src-main/shared/app-urls.js';
import type { Rect } from '../editor/label-tiles.js';
import { trainingStrings as texts } from '../strings-training.js';
import type { Jobs } from './jobs.svelte.js';
import { copyCommon, makeGround, tilesOf, type GroundPlace } from './picture-ground.js';
import { splitPlanes } from './prediction-tiles.js';
import type { PreviewPicture } from './training-preview.svelte.js';

export interface RunPicturesPlace extends GroundPlace {
  api: () => Pick<AppApi, 'openImage' | 'loadTiles' | 'predict'>;
  jobs: Jobs;
}

/** Of a larger image its middle is shown. */
const SIDE_PX = 512;

export class RunPictures {
  /** By the number of the run. */
  pictures: ReadonlyMap<number, PreviewPicture> = $state.raw(new Map<number, PreviewPicture>());
  working = $state(false);
  #turn = 0;

  constructor(private readonly place: RunPicturesPlace) {}

  /** Predicts the image by each of the runs where that was not done yet. What is overtaken by another call is not shown. */
  async show(imageId: number, runs: readonly number[]): Promise<void> {
    const turn = ++this.#turn;
    this.pictures = new Map();
    this.working = true;
    try {
      await this.place.jobs.run(texts.runs.picturesWork, async ({ signal }) => {
        for (const run of runs) {
          const info = await this.place.api().predict({ imageId, run }, signal ? { signal } : {});
          const picture = await this.#pictureOf(info);
          if (turn !== this.#turn) return;
          this.pictures = new Map(this.pictures).set(run, picture);
        }
      });
    } finally {
      if (turn === this.#turn) this.working = false;
    }
  }

  clear(): void {
    this.#turn++;
    this.pictures = new Map();
    this.working = false;
  }

  async #pictureOf(info: PredictionInfo): Promise<PreviewPicture> {
    const rect = middleOf(info);
    const ground = await makeGround(this.place, info.imageId, rect);
    const predicted = new Uint8Array(rect.width * rect.height);
    const { ty0, ty1, tx0, tx1 } = tilesOf(rect);
    for (let ty = ty0; ty <= ty1; ty++)
      for (let tx = tx0; tx <= tx1; tx++) {
        const width = Math.min(PIXEL_TILE, info.width - tx * PIXEL_TILE);
        const height = Math.min(PIXEL_TILE, info.height - ty * PIXEL_TILE);
        const answer = await fetch(predictionUrl(this.place.session(), info, { level: 0, ty, tx }));
        if (!answer.ok) throw new Error(await answer.text());
        const { values } = splitPlanes(new Uint8Array(await answer.arrayBuffer()), width, height);
        const source = { x: tx * PIXEL_TILE, y: ty * PIXEL_TILE, width, height };
        copyCommon({ from: values, source, to: predicted, target: rect });
      }
    return { ...ground, epoch: null, predicted };
  }
}

function middleOf({ width, height }: { width: number; height: number }): Rect {
  const size = { width: Math.min(width, SIDE_PX), height: Math.min(height, SIDE_PX) };
  return { x: (width - size.width) >> 1, y: (height - size.height) >> 1, ...size };
}
