/** How a model does on the images that its training never saw, scored again one by one, with pictures of some. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeOverlay } from '../../pixels/overlay.js';
import { makeThumbnail } from '../../pixels/thumbnail.js';
import { RUN_FILES, type EngineApi, type ImageScores } from '../../shared/engine-api.js';
import type { LabelMap, PixelImage, Scores } from '../../shared/model.js';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotImage } from '../../shared/snapshot.js';
import { isBackground } from '../background.js';
import { createDecoderPool, type DecoderPool } from '../decoding.js';
import { withEngine, type EngineOptions } from '../engine-process.js';
import type { ResolvedModel } from '../models.js';
import { isLarge } from '../segment-memory.js';
import { classIntervals, type ClassIntervals } from './intervals.js';

export interface HeldOut {
  scores: Scores;
  perImage: ImageScores[];
  intervals: ClassIntervals[];
  tiles: HeldOutTile[];
}

export interface HeldOutTile {
  rank: 'best' | 'median' | 'worst';
  image: string;
  meanIoU: number;
  /** Place of the tile in the image, px; null: it is the whole. */
  at: { x: number; y: number } | null;
  /** PNG files. */
  pictures: { image: Uint8Array; truth: Uint8Array; predicted: Uint8Array };
}

const TILE_PX = 512;
const PICTURE_PX = 360;

/**
 * Null when the run held none out. Images are read where they lay when the training started.
 * @throws AppError when one is no longer there.
 */
export async function scoreHeldOut(
  model: ResolvedModel,
  { engine = {}, signal }: { engine?: EngineOptions; signal?: AbortSignal },
): Promise<HeldOut | null> {
  const folder = join(model.folder, RUN_FILES.snapshot);
  const { images } = JSON.parse(await readFile(join(folder, SNAPSHOT_FILE), 'utf8')) as Snapshot;
  const held = new Map(images.filter(({ split }) => split === 'val').map((image) => [image.id, image]));
  if (!held.size) return null;
  const pool = createDecoderPool();
  try {
    return await withEngine(engine, async ({ api }) => {
      const { scores, perImage } = await api.evaluate(
        { model: model.folder, snapshot: folder, split: 'val' },
        signal ? { signal } : {},
      );
      const tiles: HeldOutTile[] = [];
      for (const { rank, scored } of chosen(perImage))
        tiles.push(
          ...(await tileOf({ rank, scored, image: held.get(scored.id)! }, { model, api, pool, folder })),
        );
      return {
        scores,
        perImage,
        intervals: classIntervals(perImage.map((one) => one.scores.confusion)),
        tiles,
      };
    });
  } finally {
    await pool.close();
  }
}

function chosen(perImage: readonly ImageScores[]): { rank: HeldOutTile['rank']; scored: ImageScores }[] {
  const sorted = perImage.toSorted((a, b) => b.scores.meanIoU - a.scores.meanIoU);
  const ranks = [
    ['best', 0],
    ['median', (sorted.length - 1) >> 1],
    ['worst', sorted.length - 1],
  ] as const;
  // Of one or two images none is shown twice.
  return ranks
    .filter(([, at], i) => ranks.findIndex(([, other]) => other === at) === i)
    .map(([rank, at]) => ({ rank, scored: sorted[at]! }));
}

interface Source {
  rank: HeldOutTile['rank'];
  scored: ImageScores;
  image: SnapshotImage;
}

async function tileOf(
  { rank, scored, image: { path, page, mask, width, height } }: Source,
  { model, api, pool, folder }: { model: ResolvedModel; api: EngineApi; pool: DecoderPool; folder: string },
): Promise<HeldOutTile[]> {
  if (isLarge({ width, height })) return [];
  const [image, labels] = await Promise.all([pool.decode(path, page), pool.labels(join(folder, mask), 0)]);
  const truth = { width, height, data: Uint8Array.from(labels.data) };
  const region = mostLabelled(truth);
  const predicted = await api.predict({ model: model.folder, image, region });
  const part = cropImage(image, region);
  const { classes } = model.file;
  const hidden = classes.filter(isBackground).map(({ value }) => value);
  const overlay = (map: LabelMap) => {
    const { data } = composeOverlay({ image: part, labels: map, classes, hidden });
    const { width: w, height: h } = map;
    return makeThumbnail({ width: w, height: h, channels: 3, alpha: false, type: 'uint8', data }, PICTURE_PX);
  };
  const { width: w, height: h, labels: data } = predicted;
  return [
    {
      rank,
      image: scored.name,
      meanIoU: scored.scores.meanIoU,
      at: region.width < width || region.height < height ? { x: region.x, y: region.y } : null,
      pictures: {
        image: await makeThumbnail(part, PICTURE_PX),
        truth: await overlay(cropLabels(truth, region)),
        predicted: await overlay({ width: w, height: h, data }),
      },
    },
  ];
}

interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Of the tiles side by side, the one about which most is known. */
function mostLabelled({ width, height, data }: LabelMap): Region {
  let best: Region = { x: 0, y: 0, width: 0, height: 0 };
  let most = -1;
  for (let y = 0; y < height; y += TILE_PX)
    for (let x = 0; x < width; x += TILE_PX) {
      const region = { x, y, width: Math.min(TILE_PX, width - x), height: Math.min(TILE_PX, height - y) };
      let labelled = 0;
      for (let row = y; row < y + region.height; row++)
        for (let at = row * width + x; at < row * width + x + region.width; at++) if (data[at]) labelled++;
      if (labelled > most) [best, most] = [region, labelled];
    }
  return best;
}

function cropLabels({ width, data }: LabelMap, region: Region): LabelMap {
  const rows = new Uint8Array(region.width * region.height);
  for (let y = 0; y < region.height; y++) {
    const from = (region.y + y) * width + region.x;
    rows.set(data.subarray(from, from + region.width), y * region.width);
  }
  return { width: region.width, height: region.height, data: rows };
}

function cropImage(image: PixelImage, region: Region): PixelImage {
  const { channels, width } = image;
  const data = image.data.slice(0, region.width * region.height * channels);
  for (let y = 0; y < region.height; y++) {
    const from = ((region.y + y) * width + region.x) * channels;
    data.set(image.data.subarray(from, from + region.width * channels), y * region.width * channels);
  }
  return { ...image, width: region.width, height: region.height, data };
}
