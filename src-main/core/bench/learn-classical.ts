/** Methods without a network in `brushfield bench learn`: thresholds, and a random forest of scikit-learn. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bestRule,
  confusionOf,
  countBands,
  waysToPart,
  type LabelledImage,
} from '../../measure/threshold-rule.js';
import { decodeImage } from '../../pixels/decode.js';
import type { PixelImage, Split } from '../../shared/model.js';
import { listClasses } from '../../store/classes.js';
import { listImages } from '../../store/images.js';
import { loadMask } from '../../store/masks.js';
import type { Project } from '../projects.js';
import type { LineServer } from './line-server.js';
import type { ClassicalMethod } from './learn-plan.js';

export interface Outcome {
  /** `confusion[truth][prediction]` in pixels, one a scored image. */
  confusions: number[][][];
  /** Of the scored images. */
  names: string[];
  seconds: number;
  msPerMegapixel: number;
}

export interface ForestImage {
  width: number;
  height: number;
  channels: number;
  /** Whether samples are whole numbers of 0 … 255, which floors the normalisation. */
  uint8: boolean;
  /** Files: float32 samples, channels last; class indices, 255 where unlabelled. */
  pixels: string;
  labels: string;
}

interface ForestReply {
  confusions: number[][][];
  fitS: number;
  predictS: number;
}

export async function learnClassically(
  project: Project,
  kind: ClassicalMethod,
  { forest, scratch, seed }: { forest: LineServer | null; scratch: string; seed: number },
): Promise<Outcome> {
  const classes = listClasses(project.store).length;
  const [train, test] = [await labelledImages(project, 'train'), await labelledImages(project, 'test')];
  const names = test.map(({ name }) => name);
  const megapixels = test.reduce((sum, { image }) => sum + image.width * image.height, 0) / 1e6;
  if (kind === 'forest') {
    const request = {
      ...{ classes, seed },
      train: await written(train, join(scratch, 'train')),
      test: await written(test, join(scratch, 'test')),
    };
    const { confusions, fitS, predictS } = (await forest!.ask(request)) as ForestReply;
    return { confusions, names, seconds: fitS, msPerMegapixel: (predictS * 1000) / megapixels };
  }
  const colors = Math.max(...train.map(({ image }) => image.channels - (image.alpha ? 1 : 0)));
  const ways = waysToPart(colors, classes).filter(({ bands }) => kind === 'multi-otsu' || bands === 2);
  const started = performance.now();
  const rule = bestRule(
    train.map((one) => countBands(one, ways, classes)),
    ways,
    classes,
  );
  const learned = performance.now();
  const confusions = test.map((one) =>
    confusionOf(countBands(one, [rule], classes)[0]!, rule.classOfBand, classes),
  );
  return {
    ...{ confusions, names },
    seconds: (learned - started) / 1000,
    msPerMegapixel: (performance.now() - learned) / megapixels,
  };
}

/** Labelled images of a part; what has no labelled pixel is left out. */
async function labelledImages(
  { store }: Project,
  split: Split,
): Promise<(LabelledImage & { name: string })[]> {
  const indexOf = new Uint8Array(256).fill(255);
  listClasses(store).forEach(({ value }, index) => (indexOf[value] = index));
  const images: (LabelledImage & { name: string })[] = [];
  for (const row of listImages(store).filter((one) => one.split === split)) {
    const mask = loadMask(store, row.id);
    if (!mask?.data.some(Boolean)) continue;
    const image = await decodeImage(row.absolutePath, row);
    images.push({ name: row.name, image, labels: mask.data.map((value) => indexOf[value]!) });
  }
  return images;
}

async function written(images: readonly LabelledImage[], prefix: string): Promise<ForestImage[]> {
  const files: ForestImage[] = [];
  for (const [i, { image, labels }] of images.entries()) {
    const { channels, data } = colorsOf(image);
    const [pixels, classes] = [`${prefix}-${i}.pixels`, `${prefix}-${i}.labels`];
    await writeFile(pixels, data);
    await writeFile(classes, labels);
    const { width, height, type } = image;
    files.push({ width, height, channels, uint8: type === 'uint8', pixels, labels: classes });
  }
  return files;
}

/** Without alpha, and one channel where all are the same. */
function colorsOf({ width, height, channels, alpha, data }: PixelImage) {
  const colors = channels - (alpha ? 1 : 0);
  const grey = data.every((value, at) => at % channels >= colors || value === data[at - (at % channels)]);
  const kept = grey ? 1 : colors;
  const samples = Float32Array.from(
    { length: width * height * kept },
    (_, i) => data[Math.floor(i / kept) * channels + (i % kept)]!,
  );
  return { channels: kept, data: samples };
}
