/** Entry of a thread that scores thresholds on one run's snapshot, and ends. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { readFile } from 'node:fs/promises';
import { bestRule, added, confusionOf, countBands, iousOf, waysToPart } from '../measure/threshold-rule.js';
import { decodeImage, decodeLabelImage } from '../pixels/decode.js';
import type { ThresholdScores } from '../shared/app-api-training.js';
import { AppError, isAppError, messageOf } from '../shared/errors.js';
import { SNAPSHOT_FILE, scoredWhileTraining, type Snapshot, type SnapshotImage } from '../shared/snapshot.js';
import { sha256OfFile } from './images.js';
import type { ThresholdReply } from './threshold-comparison.js';

/** Bands are few and classes are given to them by many pixels: more training images change nothing. */
const MOST_LEARNED_FROM = 12;
const MOST_PIXELS = 32e6;
const UNLABELLED = 255;

const { snapshotFolder } = workerData as { snapshotFolder: string };
const post = (reply: ThresholdReply) => parentPort!.postMessage(reply);

try {
  post({ kind: 'done', scores: await scoreThresholds() });
} catch (error) {
  post({ kind: 'failed', code: isAppError(error) ? error.code : null, message: messageOf(error) });
}

async function scoreThresholds(): Promise<ThresholdScores | null> {
  const snapshot = JSON.parse(await readFile(join(snapshotFolder, SNAPSHOT_FILE), 'utf8')) as Snapshot;
  const { classes, images } = snapshot;
  const of = (split: SnapshotImage['split']) => images.filter((image) => image.split === split);
  const [train, heldOut] = [few(of('train')), scoredWhileTraining(of('val'))];
  if (!train.length || !heldOut.length) return null;
  const colors = Math.max(...train.map(({ channels }) => channels));
  const ways = waysToPart(colors, classes.length);
  const counted = async (image: SnapshotImage) =>
    countBands(await readLabelled(image, snapshot), ways, classes.length);

  const learned = [];
  for (const image of train) learned.push(await counted(image));
  const rule = bestRule(learned, ways, classes.length);
  const way = ways.findIndex(({ channel, bands }) => channel === rule.channel && bands === rule.bands);
  const tables = [];
  for (const image of heldOut) tables.push((await counted(image))[way]!);
  const counts = added(tables, rule.bands * classes.length);
  const scores = iousOf(confusionOf(counts, rule.classOfBand, classes.length));
  return {
    bands: rule.bands,
    channel: rule.channel,
    images: heldOut.length,
    meanIoU: scores.meanIoU,
    classes: scores.classes.map((one, k) => ({ name: classes[k]!.name, ...one })),
  };
}

async function readLabelled(entry: SnapshotImage, { classes }: Snapshot) {
  const image = await decodeImage(entry.path, { page: entry.page });
  const mask = await decodeLabelImage(join(snapshotFolder, entry.mask));
  const changed = (await sha256OfFile(entry.path)) !== entry.sha256;
  if (changed || mask.width !== image.width || mask.height !== image.height)
    throw new AppError('changed', `The image ${entry.name} has changed since the training started.`);
  const indexOf = new Uint8Array(256).fill(UNLABELLED);
  classes.forEach(({ value }, index) => (indexOf[value] = index));
  return { image, labels: Uint8Array.from(mask.data, (value) => indexOf[value] ?? UNLABELLED) };
}

function few(images: readonly SnapshotImage[]): SnapshotImage[] {
  const every = Math.ceil(images.length / MOST_LEARNED_FROM);
  let pixels = MOST_PIXELS;
  return images
    .filter((_, i) => i % every === 0)
    .filter(({ width, height }, i) => (pixels -= width * height) >= 0 || i === 0);
}
