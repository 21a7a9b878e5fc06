/** What thresholds alone reach on held-out images: the least that a trained network has to beat. */
import { added, bestRule, confusionOf, countBands, iousOf, waysToPart } from '../measure/threshold-rule.js';
import { AppError } from '../shared/errors.js';
import type { Split } from '../shared/model.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { loadMask } from '../store/masks.js';
import { createDecoderPool, type DecoderPool } from './decoding.js';
import { locateImage, requireUnchanged } from './images.js';
import type { Project } from './projects.js';
import { thresholdName } from './threshold-comparison.js';

export interface BaselineScores {
  /** As `thresholdName` calls it. */
  method: string;
  classes: { name: string; dice: number }[];
}

/**
 * Otsu's threshold or multi-Otsu of each image by itself, what is best on the training images. Dice over the labelled
 * pixels of the split, pooled.
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
  const images = listImages(project.store);
  const colors = Math.max(1, ...images.map(({ channels }) => channels));
  const ways = waysToPart(colors, classes.length);
  const indexOf = new Uint8Array(256).fill(255);
  classes.forEach(({ value }, index) => (indexOf[value] = index));
  const counted = async (wanted: (image: ImageRow) => boolean) => {
    const tables = [];
    for (const image of images.filter(wanted)) {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped.');
      const mask = loadMask(project.store, image.id);
      if (!mask) continue;
      const path = requireUnchanged(await locateImage(project, image));
      const labels = mask.data.map((value) => indexOf[value]!);
      tables.push(
        countBands({ image: await decoder.decode(path, image.page), labels }, ways, classes.length),
      );
    }
    return tables;
  };

  const rule = bestRule(await counted((image) => image.split !== 'test'), ways, classes.length);
  const way = ways.findIndex(({ channel, bands }) => channel === rule.channel && bands === rule.bands);
  const held = await counted((image) => image.split === split);
  if (!held.length) throw new AppError('nothing-to-train', `No labelled image is in the split ${split}.`);
  const counts = added(
    held.map((one) => one[way]!),
    rule.bands * classes.length,
  );
  const scores = iousOf(confusionOf(counts, rule.classOfBand, classes.length));
  return {
    method: thresholdName(rule),
    classes: classes.map(({ name }, k) => ({ name, dice: scores.classes[k]!.dice })),
  };
}
