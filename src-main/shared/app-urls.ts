/**
 * Where the window fetches pixels: one request handler serves them to Electron's protocol and to the web host.
 * `session` is the secret of `ProjectState`; all else is numbers, so that a path cannot be smuggled in.
 */

/** Pixels of one tile come in tiles of this side; those at the right and lower edge are smaller. */
export const PIXEL_TILE = 512;

/**
 * Raw samples of one tile of level `level` (0: full size; n: the mean over 2^n × 2^n pixels), alpha left out, channels interleaved,
 * little-endian, in the image's own type. Its size and type are known from `OpenedImage`.
 */
export const pixelTileUrl = (
  session: string,
  image: { id: number; thumbnailKey: string },
  { level, ty, tx }: { level: number; ty: number; tx: number },
): string => `/pixels/${session}/${image.id}/${image.thumbnailKey}/${level}/${ty}/${tx}`;

/** A PNG of at most 256 px a side, with the automatic display window and, if asked, the labels over it. */
export const thumbnailUrl = (
  session: string,
  image: { id: number; thumbnailKey: string },
  labels: boolean,
): string => `/thumbnail/${session}/${image.id}/${image.thumbnailKey}/${labels ? 1 : 0}`;

/**
 * Of a prediction, one tile at a level: first the label value of each pixel, row by row, then as many bytes of confidence
 * (0 … 255, the probability of that class). 404 until `predict` has answered. `key` is that of `PredictionInfo`.
 */
export const predictionUrl = (
  session: string,
  prediction: { imageId: number; run: number; key: string },
  { level, ty, tx }: { level: number; ty: number; tx: number },
): string =>
  `/prediction/${session}/${prediction.imageId}/${prediction.run}/${prediction.key}/${level}/${ty}/${tx}`;

/** Of the window that a `TrainingPreview` names: label values, then confidences, as `predictionUrl`. The latest epoch's only. */
export const previewUrl = (session: string, run: number, epoch: number): string =>
  `/preview/${session}/${run}/${epoch}`;

/** A PNG of at most 256 px a side of a segmented file, with its mask over it. `key` changes with what was made of it. */
export const batchPictureUrl = (
  session: string,
  { batch, place, key }: { batch: number; place: number; key: string },
): string => `/batch/${session}/${batch}/${place}/${key}`;

/** Label pictures of a folder that was dropped: of a VOC folder, which have an outline value, or plain masks. */
export interface DroppedLabels {
  kind: 'labels' | 'masks';
  /** The same for all of one folder. */
  key: string;
}

/**
 * POST: a file dropped on a page that cannot see paths; kept in the project's `images` folder under a free name. Labels are
 * kept in its cache, under the name they have, until the project is closed: they are imported from there.
 */
export const uploadUrl = (session: string, name: string, labels: DroppedLabels | null = null): string =>
  `/upload/${session}/${labels ? `${labels.kind}/${labels.key}/` : ''}${encodeURIComponent(name)}`;

export type PixelRequest =
  | { kind: 'pixels'; session: string; imageId: number; level: number; ty: number; tx: number }
  | { kind: 'thumbnail'; session: string; imageId: number; labels: boolean }
  | PredictionRequest
  | { kind: 'preview'; session: string; run: number; epoch: number }
  | { kind: 'batch'; session: string; batch: number; place: number };

export interface PredictionRequest {
  kind: 'prediction';
  session: string;
  imageId: number;
  run: number;
  key: string;
  level: number;
  ty: number;
  tx: number;
}

const NUMBER = '(\\d{1,9})';
const KEY = '[\\w-]{1,64}';
const PIXELS = new RegExp(`^/pixels/(${KEY})/${NUMBER}/${KEY}/${NUMBER}/${NUMBER}/${NUMBER}$`);
const PREDICTION = new RegExp(
  `^/prediction/(${KEY})/${NUMBER}/${NUMBER}/(${KEY})/${NUMBER}/${NUMBER}/${NUMBER}$`,
);
const PREVIEW = new RegExp(`^/preview/(${KEY})/${NUMBER}/${NUMBER}$`);
const BATCH = new RegExp(`^/batch/(${KEY})/${NUMBER}/${NUMBER}/${KEY}$`);
const THUMBNAIL = new RegExp(`^/thumbnail/(${KEY})/${NUMBER}/${KEY}/([01])$`);

/** What a path asks for, or null when it is none of these. */
export function parsePixelRequest(path: string): PixelRequest | null {
  const pixels = PIXELS.exec(path);
  if (pixels) {
    const [imageId, level, ty, tx] = pixels.slice(2).map(Number) as [number, number, number, number];
    return { kind: 'pixels', session: pixels[1]!, imageId, level, ty, tx };
  }
  const prediction = PREDICTION.exec(path);
  if (prediction) {
    const [, session, imageId, run, key, level, ty, tx] = prediction;
    return {
      kind: 'prediction',
      session: session!,
      imageId: Number(imageId),
      run: Number(run),
      key: key!,
      level: Number(level),
      ty: Number(ty),
      tx: Number(tx),
    };
  }
  const preview = PREVIEW.exec(path);
  if (preview)
    return {
      kind: 'preview',
      session: preview[1]!,
      run: Number(preview[2]),
      epoch: Number(preview[3]),
    };
  const batch = BATCH.exec(path);
  if (batch) return { kind: 'batch', session: batch[1]!, batch: Number(batch[2]), place: Number(batch[3]) };
  const thumbnail = THUMBNAIL.exec(path);
  return thumbnail
    ? {
        kind: 'thumbnail',
        session: thumbnail[1]!,
        imageId: Number(thumbnail[2]),
        labels: thumbnail[3] === '1',
      }
    : null;
}

const UPLOAD = new RegExp(`^/upload/(${KEY})/(?:(labels|masks)/(${KEY})/)?([^/?#]{1,2000})$`);

export interface UploadRequest {
  session: string;
  name: string;
  labels: DroppedLabels | null;
}

/** What `uploadUrl` was made of, or null. The name is whatever the page says: it may be no name at all. */
export function parseUploadPath(path: string): UploadRequest | null {
  const match = UPLOAD.exec(path);
  if (!match) return null;
  const [, session, kind, key, name] = match;
  const labels = kind === 'labels' || kind === 'masks' ? { kind, key: key! } : null;
  try {
    return { session: session!, labels: labels as DroppedLabels | null, name: decodeURIComponent(name!) };
  } catch {
    return null;
  }
}
