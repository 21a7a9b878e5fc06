/** Crops of one image as training would see them, made into pictures that people can look at. Without TensorFlow. */
import type { ModelFile } from '../shared/engine-api.js';
import type { PixelImage } from '../shared/model.js';
import type { Settings } from '../shared/settings.js';
import type { SnapshotImage } from '../shared/snapshot.js';
import type { Crop } from './augment.js';
import { focusOf } from './focus.js';
import { decideInput, inputFacts, type InputFacts } from './input-decision.js';
import { inputMaps, selectChannels, toInput, type LinearMap } from './intensity.js';
import { percentiles } from './percentiles.js';
import { decideSampling } from './sampling-decision.js';
import { drawnCrop } from './samples.js';
import { readImage } from './sources.js';
import { VOID_INDEX } from './warp.js';

export interface PreviewRequest {
  image: SnapshotImage;
  /** Label values, [height · width]; null: none is labelled. */
  labels: Uint8Array | null;
  /** Label values that are told apart, in the order of the class list. */
  classes: readonly number[];
  /** Of the images that would be trained on those that say what `auto` means. */
  looked: readonly SnapshotImage[];
  /** Pixels of all images that would be trained on, and how many of them are unlabelled. */
  extent: { pixels: number; unlabelled: number };
  settings: Settings;
  /** Number of the first crop and how many follow. */
  first: number;
  count: number;
}

export interface PreviewCrops {
  /** Of the pictures, px: crops that are larger are shown smaller. */
  side: number;
  /** Of the crops, px. */
  size: number;
  /** RGBA [side · side · 4] and label values [side · side]. */
  crops: { pixels: Uint8Array; labels: Uint8Array }[];
}

/** Larger than any place they are shown at. */
const MOST_SIDE = 192;
const MOST_FACTS = 1000;

/** Keeps the image that was last looked at, since settings change more often than images. */
export class AugmentationPreview {
  private image: { key: string; pixels: PixelImage } | null = null;
  private readonly facts = new Map<string, InputFacts>();

  /** @param alive throws when nobody wants the answer any more. @throws AppError as `readImage` */
  async make(request: PreviewRequest, alive: () => void): Promise<PreviewCrops> {
    const { settings, classes, labels } = request;
    const pixels = await this.pixelsOf(request.image);
    alive();
    const input = await this.inputOf(request, alive);
    const { augment, focus } = decideSampling(settings, {
      train: [{ width: request.extent.pixels, height: 1, pixelsByValue: [request.extent.unlabelled] }],
      input,
    });
    const { width, height } = pixels;
    const indexOf = new Uint8Array(256).fill(VOID_INDEX);
    classes.forEach((value, index) => (indexOf[value] = index));
    const map = {
      width,
      height,
      data: labels
        ? Uint8Array.from(labels, (value) => indexOf[value]!)
        : new Uint8Array(width * height).fill(VOID_INDEX),
    };
    const source = { image: toInput(pixels, input), labels: map, focus: focusOf(map, focus) };
    const show = pictures(pixels, input, { size: settings.size, classes });
    const crops: PreviewCrops['crops'] = [];
    for (let number = request.first; number < request.first + request.count; number++) {
      // Lets a cancellation in.
      await new Promise((resolve) => setImmediate(resolve));
      alive();
      crops.push(show.crop(drawnCrop(source, { seed: settings.seed, augment }, { stream: 'train', number })));
    }
    return { side: show.side, size: settings.size, crops };
  }

  private async pixelsOf(image: SnapshotImage): Promise<PixelImage> {
    const key = `${image.sha256}/${image.page}`;
    if (this.image?.key !== key) {
      this.image = null;
      this.image = { key, pixels: await readImage(image) };
    }
    return this.image.pixels;
  }

  private async inputOf(
    { settings, looked, image }: PreviewRequest,
    alive: () => void,
  ): Promise<ModelFile['input']> {
    const facts: InputFacts[] = [];
    for (const entry of looked.length ? looked : [image]) {
      const key = `${entry.sha256}/${entry.page}`;
      let known = this.facts.get(key);
      if (!known) {
        known = inputFacts(entry.id === image.id ? await this.pixelsOf(image) : await readImage(entry));
        if (this.facts.size >= MOST_FACTS) this.facts.clear();
        this.facts.set(key, known);
        alive();
      }
      facts.push(known);
    }
    return decideInput(facts, settings);
  }
}

/** Makes crops of the network's input into pictures: back to the image's own intensities, so that its colours are known again. */
function pictures(
  image: PixelImage,
  input: ModelFile['input'],
  { size, classes }: { size: number; classes: readonly number[] },
) {
  const maps = inputMaps(image, input);
  const shown = input.count === 3 ? [0, 1, 2] : [0, 0, 0];
  const ranges = rangesOf(image, input);
  const every = Math.ceil(size / MOST_SIDE);
  const side = Math.floor(size / every);
  const grey = (value: number, channel: number) => {
    const { offset, scale } = maps[channel] as LinearMap;
    const [low, high] = ranges[channel]!;
    return ((value / scale + offset - low) / (high - low || 1)) * 255;
  };
  return {
    side,
    crop({ x, y }: Crop) {
      // Rounded and clipped as it is written.
      const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
      const labels = new Uint8Array(side * side);
      for (let row = 0, to = 0; row < side; row++)
        for (let column = 0; column < side; column++, to++) {
          const from = row * every * size + column * every;
          shown.forEach((c, at) => (pixels[to * 4 + at] = grey(x[from * input.count + c]!, c)));
          labels[to] = classes[y[from]!] ?? 0;
        }
      return { pixels: new Uint8Array(pixels.buffer), labels };
    },
  };
}

/** What is shown from black to white, a channel: colours as they are, everything else as far as it reaches. */
function rangesOf(image: PixelImage, input: ModelFile['input']): [number, number][] {
  if (image.type === 'uint8' && input.count === 3) return Array.from({ length: input.count }, () => [0, 255]);
  return selectChannels(image, input).map((plane) => percentiles(plane, [0.35, 99.65]) as [number, number]);
}
