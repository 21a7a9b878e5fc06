/**
 * Suggestions for the images of one project, from the labels there are now: features of parts that are looked at again
 * stay in memory within a budget, and a newer fit calls off an older one.
 */
import type {
  LiveFit,
  LiveFitParams,
  LiveImageParams,
  LivePixels,
  LiveSuggestion,
  LiveTileParams,
} from '../../shared/engine-api-live.js';
import { AppError } from '../../shared/errors.js';
import type { PixelImage } from '../../shared/model.js';
import { decideInput, inputFacts, type InputFacts } from '../input-decision.js';
import { requireFinite, toInput, type InputImage, type InputMapping } from '../intensity.js';
import { VOID_INDEX } from '../warp.js';
import { LiveClassifier, type LabelledPixels } from './classifier.js';
import { FeatureBank, type Rectangle } from './features.js';
import { KnownPixels } from './known-pixels.js';
import { featuresOf, joinPixels, liveTiles } from './labelled-pixels.js';
import { TileFeatures } from './tile-features.js';

/** Samples as they came and as the features want them; the image asked for last stays in any case. */
const IMAGE_BYTES = 512 * 2 ** 20;
const FEATURE_BYTES = 768 * 2 ** 20;
/** Of what is free at the start, each at most. */
const SHARE_OF_MEMORY = 0.1;

const budgetNow = () => {
  const most = process.availableMemory() * SHARE_OF_MEMORY;
  return { images: Math.min(IMAGE_BYTES, most), features: Math.min(FEATURE_BYTES, most) };
};

interface Held {
  image: PixelImage;
  input: InputImage | null;
}

interface Fitted {
  /** Features, classes and seed. */
  key: string;
  classifier: LiveClassifier;
  /** Label values in the order of the classifier's classes. */
  classes: readonly number[];
  /** What its features were computed from; null: it has learned nothing yet. */
  mapping: InputMapping | null;
}

export class LiveJob {
  private readonly images = new Map<string, Held>();
  /** Also of images that are not held any more, so that the input does not change with what fits into memory. */
  private readonly facts = new Map<string, InputFacts>();
  private readonly bank = new FeatureBank();
  private readonly features: TileFeatures;
  private mapping: InputMapping | null = null;
  private readonly known = new KnownPixels();
  private fitted: Fitted | null = null;
  private newest = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly budget = budgetNow()) {
    this.features = new TileFeatures(budget.features);
  }

  /** @throws AppError('unreadable-image' | 'usage'), what the signal says. */
  add({ key, image, places }: Omit<LiveImageParams, 'owner'>, signal?: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      signal?.throwIfAborted();
      if (image.data.length !== image.width * image.height * image.channels)
        throw new AppError('unreadable-image', 'The image has another number of pixels than its size says.');
      requireFinite(image, 'The image');
      this.images.delete(key);
      this.images.set(key, { image, input: null });
      this.facts.set(key, inputFacts(image));
      let bytes = [...this.images.values()].reduce((sum, held) => sum + bytesOf(held.image), 0);
      for (const [oldest, held] of this.images) {
        if (bytes <= this.budget.images || oldest === key) break;
        this.images.delete(oldest);
        bytes -= bytesOf(held.image);
      }
      this.decide();
      const input = this.inputOf(key);
      // At once, before other images take its place.
      if (input && places.length) await this.know({ key, places }, input, signal);
    });
  }

  /** @throws AppError('stopped') when a newer fit begins, 'usage'; what the signal says. */
  async fit(params: Omit<LiveFitParams, 'owner'>, signal?: AbortSignal): Promise<LiveFit> {
    signal?.throwIfAborted();
    this.newest.abort(new AppError('stopped', 'Newer labels are being learned from.'));
    this.newest = new AbortController();
    const either = signal ? AbortSignal.any([signal, this.newest.signal]) : this.newest.signal;
    return this.inTurn(async () => {
      either.throwIfAborted();
      return this.fitNow(params, either);
    });
  }

  /** @throws AppError('not-found') where nothing was fitted or the image is not held. */
  suggest({ key, x, y }: Omit<LiveTileParams, 'owner'>): LiveSuggestion {
    const { fitted, mapping } = this;
    if (!fitted || fitted.mapping !== mapping)
      throw new AppError('not-found', 'Nothing has been learned from the labels yet.');
    const input = this.inputOf(key);
    const tile = input && liveTiles(input).find((one) => one.x === x && one.y === y);
    if (!tile) throw new AppError('not-found', 'There is no such part of an image to suggest labels for.');
    const started = performance.now();
    const features = this.features.of(key, tile, () => this.bank.of(input, tile));
    const { classes, confidence, entropy } = fitted.classifier.opinion(features);
    const labels = classes.map((index) => fitted.classes[index]!);
    return { ...tile, labels, confidence, entropy, elapsedMs: performance.now() - started };
  }

  async dispose(): Promise<void> {
    this.newest.abort(new AppError('stopped', 'Suggestions have been switched off.'));
    await this.turn;
    this.forget();
    this.features.clear();
    this.known.clear();
    this.bank.dispose();
    this.images.clear();
    this.facts.clear();
  }

  /** What is known of pixels changes between two looks at messages: one call after the other. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const own = this.turn.then(work);
    this.turn = own.catch(() => undefined);
    return own;
  }

  /** Another image may say that colours count, or that there are more bits: then all is computed from another input. */
  private decide(): void {
    const decided = decideInput([...this.facts.values()], { channels: 'auto', intensity: 'auto' });
    if (JSON.stringify(decided) === JSON.stringify(this.mapping)) return;
    this.mapping = decided;
    this.features.clear();
    this.known.clear();
    for (const one of this.images.values()) one.input = null;
  }

  private async know(
    { key, places }: Pick<LivePixels, 'key' | 'places'>,
    input: InputImage,
    signal?: AbortSignal,
  ): Promise<void> {
    const { width, height } = input;
    if (places.some((place) => place >= width * height))
      throw new AppError('usage', 'A labelled pixel lies outside its image.');
    const features = async (part: Rectangle) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      return this.features.of(key, part, () => this.bank.of(input, part)).clone();
    };
    const unknown = this.known.unknown(key, places);
    const added = unknown.length ? await featuresOf({ width, height, features }, unknown) : null;
    this.known.update(key, places, added);
  }

  private async fitNow(
    { classes, seed, images }: Omit<LiveFitParams, 'owner'>,
    signal: AbortSignal,
  ): Promise<LiveFit> {
    const started = performance.now();
    const indexOf = new Uint8Array(256).fill(VOID_INDEX);
    classes.forEach((value, index) => (indexOf[value] = index));
    const [missing, unlike, used] = [[] as string[], [] as string[], [] as LivePixels[]];
    for (const one of images) {
      const facts = this.facts.get(one.key);
      if (facts && !this.isLike(facts)) {
        unlike.push(one.key);
        continue;
      }
      const input = this.inputOf(one.key);
      if (input) await this.know(one, input, signal);
      else if (this.known.unknown(one.key, one.places).length) {
        missing.push(one.key);
        continue;
      } else this.known.update(one.key, one.places, null);
      used.push(one);
    }
    this.known.keepOnly(new Set(images.map(({ key }) => key)));
    const elapsedMs = () => performance.now() - started;
    if (missing.length) return { fitted: false, missing, unlike, elapsedMs: elapsedMs() };
    const pixels = joinPixels(
      used.map(({ key }) => this.known.features(key)),
      used.map(({ values }) => values.map((value) => indexOf[value]!)),
    );
    const fitted = new Set(pixels?.classes).size > 1;
    if (pixels && fitted) await this.learn(pixels, { classes, seed, signal });
    else this.forget();
    return { fitted, missing, unlike, elapsedMs: elapsedMs() };
  }

  /** By the classifier there is, if it is for as many classes and features: its graph is made already. */
  private async learn(
    pixels: LabelledPixels,
    { classes, seed, signal }: { classes: readonly number[]; seed: number; signal: AbortSignal },
  ): Promise<void> {
    const mapping = this.mapping!;
    const features = pixels.features.length / pixels.classes.length;
    const key = [features, classes.length, seed].join();
    if (this.fitted?.key !== key) {
      const classifier = new LiveClassifier({ features, classes: classes.length, seed });
      this.forget();
      this.fitted = { key, classifier, classes: [], mapping: null };
    }
    const { fitted } = this;
    await fitted.classifier.fit(pixels, { signal });
    Object.assign(fitted, { classes, mapping });
  }

  private forget(): void {
    this.fitted?.classifier.dispose();
    this.fitted = null;
  }

  private isLike(facts: InputFacts): boolean {
    return this.mapping?.channels !== 'all' || facts.colors === this.mapping.count;
  }

  /** Null where the image is not held or has other channels than the others. */
  private inputOf(key: string): InputImage | null {
    const held = this.images.get(key);
    if (!held || !this.mapping) return null;
    // The one asked for last is dropped last.
    this.images.delete(key);
    this.images.set(key, held);
    if (!this.isLike(this.facts.get(key)!)) return null;
    return (held.input ??= toInput(held.image, this.mapping));
  }
}

const bytesOf = ({ data, width, height, channels }: PixelImage): number =>
  data.byteLength + width * height * channels * Float32Array.BYTES_PER_ELEMENT;
