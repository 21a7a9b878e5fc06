/** A model's passport: what it was trained on and how, and what an image must be like to be one of its kind. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES, type DeviceInfo, type ModelFile, type TrainResult } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { ClassInfo, PixelType, Scores, Split } from '../shared/model.js';
import type { Snapshot } from '../shared/snapshot.js';
import type { EpochMetric } from '../store/metrics.js';
import { brightnessSeen, type BrightnessRange } from './brightness.js';
import { sha256OfFile } from './images.js';
import { appVersion } from '../disk/package-root.js';

export interface Passport {
  version: 1;
  run: string;
  createdAt: string;
  software: { brushfield: string; tensorflow: string; node: string };
  device: DeviceInfo;
  network: string;
  seed: number;
  settings: Record<string, string | number | boolean>;
  classes: ClassInfo[];
  input: ModelFile['input'];
  scaleMode: ModelFile['scaleMode'];
  /** Side of the training crop or of the letterboxed input, px. */
  size: number;
  padding: ModelFile['padding'];
  /** What the training images were like; an image that is not may be segmented badly. */
  seen: SeenImages;
  images: PassportImage[];
  pretrained: PretrainedWeights | null;
  result: TrainResult;
  /** On held-out images, at the best step; null when none was held out. */
  scores: Scores | null;
  curve: {
    epoch: number;
    step: number;
    loss: number | null;
    valLoss: number | null;
    meanIoU: number | null;
    dice: number[];
  }[];
}

export interface SeenImages {
  /** Numbers of channels without alpha. */
  channels: number[];
  types: PixelType[];
  /** Smallest and largest pixel size in micrometres; null when no image says. */
  pixelSizeUm: [number, number] | null;
  /** Missing in older passports, and where no image could be read when the training had ended. */
  brightness?: BrightnessRange;
}

export interface PassportImage {
  name: string;
  sha256: string;
  /** Of the label PNG in the snapshot. */
  maskSha256: string;
  split: Split;
  width: number;
  height: number;
  channels: number;
  type: PixelType;
  pixelSizeUm: number | null;
  labelledPixels: number;
  /** Of these, pixels whose label a model gave and nobody changed or confirmed; missing in older passports. */
  modelPixels?: number;
}

export interface PretrainedWeights {
  /** `imagenet`, a file's name, or a run. */
  source: string;
  loaded: string[];
  skipped: { name: string; reason: string }[];
}

export interface PassportSource {
  run: string;
  createdAt: string;
  runFolder: string;
  snapshot: Snapshot;
  device: DeviceInfo;
  pretrained: PretrainedWeights | null;
  result: TrainResult;
  epochs: readonly EpochMetric[];
}

/** Gathers the passport of a run whose training has ended. */
export async function makePassport(source: PassportSource): Promise<Passport> {
  const { run, createdAt, runFolder, snapshot, device, pretrained, result, epochs } = source;
  const model = await readModelFile(runFolder);
  const { network, classes, input, scaleMode, size, padding, settings } = model;
  const images: PassportImage[] = [];
  for (const {
    name,
    sha256,
    split,
    width,
    height,
    channels,
    type,
    pixelSizeUm,
    mask,
    pixelsByValue,
    modelPixels = 0,
  } of snapshot.images) {
    const maskSha256 = await sha256OfFile(join(runFolder, RUN_FILES.snapshot, mask));
    const labelledPixels = pixelsByValue.reduce((sum, pixels, value) => (value ? sum + pixels : sum), 0);
    images.push({
      name,
      sha256,
      maskSha256,
      split,
      width,
      height,
      channels,
      type,
      pixelSizeUm,
      labelledPixels,
      modelPixels,
    });
  }
  const brightness = await brightnessSeen(snapshot.images.filter(({ split }) => split === 'train'));
  return {
    version: 1,
    run,
    createdAt,
    software: { brushfield: appVersion(), tensorflow: device.tensorflow, node: process.version },
    device,
    network,
    seed: Number(settings['seed']),
    settings,
    classes,
    input,
    scaleMode,
    size,
    padding,
    seen: {
      ...seenIn(images.filter(({ split }) => split === 'train')),
      ...(brightness && { brightness }),
    },
    images,
    pretrained,
    result,
    scores: result.best?.val ?? null,
    curve: epochs.map(({ epoch, step, loss, val }) => ({
      epoch,
      step,
      loss,
      valLoss: val?.loss ?? null,
      meanIoU: val?.meanIoU ?? null,
      dice: val?.classes.map(({ dice }) => dice) ?? [],
    })),
  };
}

/** @throws AppError('bad-model') when a run's `model.json` is missing or damaged. */
export async function readModelFile(runFolder: string): Promise<ModelFile> {
  const text = await readFile(join(runFolder, RUN_FILES.model), 'utf8').catch(() => null);
  const model = text === null ? null : parseModel(text);
  if (!model)
    throw new AppError(
      'bad-model',
      `${join(runFolder, RUN_FILES.model)} is missing or damaged; train again or name another run.`,
    );
  return model;
}

function parseModel(text: string): ModelFile | null {
  try {
    const model = JSON.parse(text) as ModelFile | null;
    return model?.version === 1 && Array.isArray(model.classes) ? model : null;
  } catch {
    return null;
  }
}

/** The passport of a run; null when its training never came to an end. */
export async function readPassport(runFolder: string): Promise<Passport | null> {
  const text = await readFile(join(runFolder, RUN_FILES.passport), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Passport;
  } catch (cause) {
    throw new AppError(
      'bad-model',
      `${join(runFolder, RUN_FILES.passport)} is damaged; restore it from a copy.`,
      {
        cause,
      },
    );
  }
}

type SeenImage = Pick<PassportImage, 'channels' | 'type' | 'pixelSizeUm'>;

export function seenIn(images: readonly SeenImage[]): SeenImages {
  const sizes = images.map(({ pixelSizeUm }) => pixelSizeUm).filter((size) => size !== null);
  return {
    channels: [...new Set(images.map(({ channels }) => colourChannels(channels)))].sort((a, b) => a - b),
    types: [...new Set(images.map(({ type }) => type))].sort(),
    pixelSizeUm: sizes.length ? [Math.min(...sizes), Math.max(...sizes)] : null,
  };
}

/** Pixel sizes this far outside the range seen are still taken for the same. */
const PIXEL_SIZE_TOLERANCE = 1.25;

/** Sentences on how an image differs from what the model saw; none when it is of its kind. */
export function differencesFrom(seen: SeenImages, image: SeenImage): string[] {
  const differences: string[] = [];
  const channels = colourChannels(image.channels);
  if (!seen.channels.includes(channels))
    differences.push(
      `it has ${channels} channels, and the training images had ${seen.channels.join(' or ')}`,
    );
  if (!seen.types.includes(image.type))
    differences.push(
      `its pixels are ${image.type}, and those of the training images were ${seen.types.join(' or ')}`,
    );
  if (seen.pixelSizeUm && image.pixelSizeUm !== null) {
    const [low, high] = seen.pixelSizeUm;
    if (image.pixelSizeUm < low / PIXEL_SIZE_TOLERANCE || image.pixelSizeUm > high * PIXEL_SIZE_TOLERANCE)
      differences.push(
        `its pixel size is ${micrometres(image.pixelSizeUm)}, and the training images had ${low === high ? micrometres(low) : `${micrometres(low)} to ${micrometres(high)}`}`,
      );
  }
  return differences;
}

/** Alpha is dropped before anything is computed: grey with alpha is grey, RGBA is RGB. */
const colourChannels = (channels: number): number => ({ 2: 1, 4: 3 })[channels] ?? channels;

const micrometres = (size: number): string => `${Number(size.toPrecision(3))} µm`;
