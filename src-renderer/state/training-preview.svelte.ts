/** A held-out picture as the model in training sees it: image, labels, prediction and where the two differ. */
import type { AppApi } from '../../src-main/shared/app-api.js';
import type { TrainingPreview } from '../../src-main/shared/app-api-training.js';
import { PIXEL_TILE, previewUrl } from '../../src-main/shared/app-urls.js';
import { LabelTiles, type Rect } from '../editor/label-tiles.js';
import { PixelTiles } from '../editor/pixel-tiles.js';
import { Display } from './display.svelte.js';
import { splitPlanes } from './prediction-tiles.js';

/** RGBA pictures would have to be made anew with every colour of a class: these are what they are made from. */
export interface PreviewPicture {
  epoch: number;
  name: string;
  width: number;
  height: number;
  /** RGBA, little-endian. */
  image: Uint32Array;
  /** Label values. */
  labels: Uint8Array;
  predicted: Uint8Array;
}

export interface PreviewsPlace {
  api: () => Pick<AppApi, 'openImage' | 'loadTiles'>;
  session: () => string;
}

type Ground = Pick<PreviewPicture, 'name' | 'width' | 'height' | 'image' | 'labels'>;

export class TrainingPreviews {
  picture: PreviewPicture | null = $state.raw(null);
  #turn = 0;
  /** Image and labels stay the same from epoch to epoch. */
  #ground: { key: string; made: Promise<Ground> } | null = null;

  constructor(private readonly place: PreviewsPlace) {}

  /** Fetches the picture of an epoch; one that is overtaken by the next is not shown. */
  async show(run: number, preview: TrainingPreview | null): Promise<void> {
    const turn = ++this.#turn;
    if (!preview) {
      this.picture = null;
      return;
    }
    try {
      const key = [run, preview.imageId, preview.x, preview.y, preview.width, preview.height].join('/');
      if (this.#ground?.key !== key) this.#ground = { key, made: this.#makeGround(preview) };
      const [ground, answer] = await Promise.all([
        this.#ground.made,
        fetch(previewUrl(this.place.session(), run, preview.epoch)),
      ]);
      // The picture of an epoch is gone once the next one is there.
      if (!answer.ok || turn !== this.#turn) return;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (turn !== this.#turn) return;
      const { values } = splitPlanes(bytes, ground.width, ground.height);
      this.picture = { ...ground, epoch: preview.epoch, predicted: values };
    } catch {
      // A picture that cannot be had is not worth a message in the middle of a training.
      this.#ground = null;
    }
  }

  async #makeGround({ imageId, x, y, width, height }: TrainingPreview): Promise<Ground> {
    const rect = { x, y, width, height };
    const image = await this.place.api().openImage({ id: imageId });
    const tiles = new LabelTiles(image);
    const range = tilesOf(rect);
    const stored = await this.place.api().loadTiles({ imageId, level: 0, range });
    for (const tile of stored.tiles) tiles.replace(tile);
    const pixels = new PixelTiles({
      session: this.place.session(),
      image,
      onTile: () => undefined,
      onFailure: () => undefined,
    });
    const { toColors } = new Display(image);
    const colors = new Uint32Array(width * height);
    for (let ty = range.ty0; ty <= range.ty1; ty++)
      for (let tx = range.tx0; tx <= range.tx1; tx++) {
        const tile = await pixels.load({ level: 0, ty, tx });
        if (!tile) continue;
        const mapped = new Uint32Array(tile.width * tile.height);
        toColors(tile.data, mapped);
        const source = { x: tx * PIXEL_TILE, y: ty * PIXEL_TILE, width: tile.width, height: tile.height };
        copyCommon({ from: mapped, source, to: colors, target: rect });
      }
    pixels.dispose();
    return { name: image.name, width, height, image: colors, labels: tiles.read(rect) };
  }
}

const tilesOf = ({ x, y, width, height }: Rect) => ({
  tx0: Math.floor(x / PIXEL_TILE),
  tx1: Math.floor((x + width - 1) / PIXEL_TILE),
  ty0: Math.floor(y / PIXEL_TILE),
  ty1: Math.floor((y + height - 1) / PIXEL_TILE),
});

/** Copies what two rectangles of the image have in common. */
function copyCommon({
  from,
  source,
  to,
  target,
}: {
  from: Uint32Array;
  source: Rect;
  to: Uint32Array;
  target: Rect;
}): void {
  const left = Math.max(source.x, target.x);
  const right = Math.min(source.x + source.width, target.x + target.width);
  const bottom = Math.min(source.y + source.height, target.y + target.height);
  for (let y = Math.max(source.y, target.y); y < bottom; y++) {
    const start = (y - source.y) * source.width - source.x;
    to.set(from.subarray(start + left, start + right), (y - target.y) * target.width + left - target.x);
  }
}
