/**
 * Training samples. Sample number n is a pure function of (seed, n): an epoch is a permutation of the images, and
 * everything random in a sample comes from its own stream. So a resumed run sees what an undisturbed one sees, with
 * any number of workers.
 */
import type { ModelFile } from '../shared/engine-api.js';
import { permutation, randomFor } from '../shared/random.js';
import type { Snapshot, SnapshotImage } from '../shared/snapshot.js';
import { augmentedCrop, type AugmentSettings, type Crop } from './augment.js';
import { focusOf, type Focus, type FocusOptions } from './focus.js';
import { toInput, type InputImage } from './intensity.js';
import { readImage, readLabels } from './sources.js';
import type { IndexMap } from './warp.js';

export interface SampleConfig {
  snapshotFolder: string;
  snapshot: Snapshot;
  input: ModelFile['input'];
  augment: AugmentSettings;
  focus: FocusOptions;
  seed: number;
  /** Decoded images are kept up to this many bytes. */
  cacheBytes: number;
}

/** An image as crops are drawn of it. */
export interface CropSource {
  image: InputImage;
  labels: IndexMap;
  focus: Focus;
}

interface Source extends CropSource {
  bytes: number;
}

/** Which of the independent streams a sample belongs to. */
export type SampleStream = 'train' | 'statistics';
const STREAMS: Record<SampleStream, number> = { train: 1, statistics: 2 };

/** The crop that a sample's number stands for, of an image that is given. */
export function drawnCrop(
  { image, labels, focus }: CropSource,
  { seed, augment }: Pick<SampleConfig, 'seed' | 'augment'>,
  { stream, number }: { stream: SampleStream; number: number },
): Crop {
  const random = randomFor(seed, STREAMS[stream], 1, number);
  return augmentedCrop(image, labels, focus(random), augment, random);
}

export class Samples {
  private readonly images: readonly SnapshotImage[];
  /** Least recently used first. */
  private readonly cache = new Map<number, Promise<Source>>();
  private cachedBytes = 0;
  private readonly orders = new Map<SampleStream, { pass: number; images: Uint32Array }>();

  constructor(private readonly config: SampleConfig) {
    this.images = config.snapshot.images.filter((image) => image.split === 'train');
  }

  async crop(stream: SampleStream, number: number): Promise<Crop> {
    const pass = Math.floor(number / this.images.length);
    const source = await this.source(this.order(stream, pass)[number % this.images.length]!);
    return drawnCrop(source, this.config, { stream, number });
  }

  /** The images' order in a pass; the last one of a stream is kept, as thousands of images take a while to shuffle. */
  private order(stream: SampleStream, pass: number): Uint32Array {
    let known = this.orders.get(stream);
    if (known?.pass !== pass) {
      const random = randomFor(this.config.seed, STREAMS[stream], 0, pass);
      known = { pass, images: permutation(this.images.length, random) };
      this.orders.set(stream, known);
    }
    return known.images;
  }

  private source(index: number): Promise<Source> {
    let source = this.cache.get(index);
    if (source) this.cache.delete(index);
    else source = this.load(index);
    this.cache.set(index, source);
    return source;
  }

  private async load(index: number): Promise<Source> {
    const { snapshotFolder, snapshot, input, focus } = this.config;
    const entry = this.images[index]!;
    const image = toInput(await readImage(entry), input);
    const labels = await readLabels(snapshotFolder, snapshot, entry);
    const bytes = image.values.byteLength + labels.data.byteLength;
    this.cachedBytes += bytes;
    for (const [oldest, source] of this.cache) {
      if (this.cachedBytes <= this.config.cacheBytes || oldest === index) break;
      this.cache.delete(oldest);
      this.cachedBytes -= (await source).bytes;
    }
    return { image, labels, focus: focusOf(labels, focus), bytes };
  }
}
