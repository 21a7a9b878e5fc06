/** What thresholds alone reach on held-out images: the least that a trained network has to beat. */
import { histogramOf, multiOtsu } from '../measure/otsu.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage, Split } from '../shared/model.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { loadMask } from '../store/masks.js';
import { createDecoderPool, type DecoderPool } from './decoding.js';
import { locateImage, requireUnchanged } from './images.js';
import type { Project } from './projects.js';

export interface BaselineScores {
  /** `Otsu's threshold`, or `multi-Otsu` for more than two classes. */
  method: string;
  classes: { name: string; dice: number }[];
}

/**
 * Otsu's threshold of each image by itself (multi-Otsu for more classes), classes in the order of their mean intensity in the
 * training images. Dice over the labelled pixels of the split, pooled.
 * @throws AppError('nothing-to-train') when no labelled image is in the split.
 */
export async function thresholdBaseline(
  project: Project,
  split: Split,
  signal?: AbortSignal,
): Promise<BaselineScores> {
  const decoder = createDecoderPool({ threads: 1 });
  try {
    return await scoreThresholds(project, split, { decoder, signal });
  } finally {
    await decoder.close();
  }
}

async function scoreThresholds(
  project: Project,
  split: Split,
  { decoder, signal }: { decoder: DecoderPool; signal: AbortSignal | undefined },
): Promise<BaselineScores> {
  const classes = listClasses(project.store);
  const labelled = async function* (wanted: (image: ImageRow) => boolean) {
    for (const image of listImages(project.store).filter(wanted)) {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped.');
      const mask = loadMask(project.store, image.id);
      if (!mask) continue;
      const path = requireUnchanged(await locateImage(project, image));
      yield { grey: greyOf(await decoder.decode(path, image.page)), labels: mask.data };
    }
  };

  const sums = new Float64Array(256);
  const counts = new Float64Array(256);
  for await (const { grey, labels } of labelled((image) => image.split !== 'test')) {
    // Each picture on its own scale: exposures differ, and so do bit depths.
    const top = grey.reduce((high, value) => Math.max(high, value), 0) || 1;
    labels.forEach((label, i) => {
      sums[label]! += grey[i]! / top;
      counts[label]!++;
    });
  }
  const mean = (value: number) => (counts[value]! ? sums[value]! / counts[value]! : 0);
  const darkToBright = classes.map(({ value }) => value).sort((a, b) => mean(a) - mean(b));

  const both = new Float64Array(256);
  const either = new Float64Array(256);
  let images = 0;
  for await (const { grey, labels } of labelled((image) => image.split === split)) {
    images++;
    const thresholds = multiOtsu(histogramOf(grey), classes.length);
    labels.forEach((label, i) => {
      if (label === 0) return;
      const chosen = darkToBright[thresholds.filter((threshold) => grey[i]! > threshold).length]!;
      either[label]!++;
      either[chosen]!++;
      if (chosen === label) both[label]!++;
    });
  }
  if (!images) throw new AppError('nothing-to-train', `No labelled image is in the split ${split}.`);
  return {
    method: classes.length === 2 ? "Otsu's threshold" : 'multi-Otsu',
    classes: classes.map(({ name, value }) => ({
      name,
      dice: either[value]! ? (2 * both[value]!) / either[value]! : 0,
    })),
  };
}

/** Mean of the colour channels, alpha left out. */
function greyOf({ data, channels, alpha, width, height }: PixelImage): Float32Array {
  const colors = channels - (alpha ? 1 : 0);
  return Float32Array.from({ length: width * height }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < colors; c++) sum += data[i * channels + c]!;
    return sum / colors;
  });
}
