/**
 * What a pixel's neighbourhood looks like at several scales: Gaussian, gradient, Laplacian, and the eigenvalues of Hessian
 * and structure tensor, for each channel; the features of ilastik (Berg et al. 2019) with scale-normalised derivatives
 * (Lindeberg 1998), so that one size of weights fits all of them.
 */
import type { InputImage } from '../intensity.js';
import { tf, type Tensor } from '../tensorflow.js';
import { Blur, blurRadius } from './blur.js';

/** Standard deviations of the Gaussian, px. */
export const SCALES = [0.5, 1, 2, 4, 8] as const;
/** At each scale, in this order. */
export const KINDS = [
  'gaussian',
  'gradient',
  'laplacian',
  'hessian 1',
  'hessian 2',
  'tensor 1',
  'tensor 2',
] as const;

/** Features of one channel. */
export const FEATURES_A_CHANNEL = SCALES.length * KINDS.length;

/** Pixels around a part that its features depend on: two blurs one after the other, and two differences. */
export const FEATURE_HALO = 2 * blurRadius(SCALES.at(-1)!) + 2;

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Names in the order of the features of one channel, as `hessian 1, 4 px`. */
export const featureNames = (): string[] =>
  SCALES.flatMap((sigma) => KINDS.map((kind) => `${kind}, ${sigma} px`));

/** Computes features of parts of images; keeps its matrices for the sizes that come again. */
export class FeatureBank {
  private readonly blurs = new Map<string, Blur>();

  /**
   * Features of part of an image, equal to that part of the whole image's features; borders are mirrored.
   * @returns [channels · FEATURES_A_CHANNEL, height · width] float32, channel by channel; the caller disposes it.
   */
  of(image: InputImage, part: Rectangle): Tensor {
    const window = windowAround(image, part);
    return tf.tidy(() => {
      const planes = Array.from({ length: image.channels }, (_, channel) =>
        tf.tensor2d(planeOf(image, window, channel), [window.height, window.width]),
      );
      const inside = (feature: Tensor) =>
        tf.reshape(tf.slice(feature, [part.y - window.y, part.x - window.x], [part.height, part.width]), [
          part.height * part.width,
        ]);
      return tf.stack(planes.flatMap((plane) => this.ofPlane(plane).map(inside)));
    });
  }

  dispose(): void {
    for (const blur of this.blurs.values()) blur.dispose();
    this.blurs.clear();
  }

  private ofPlane(plane: Tensor): Tensor[] {
    return SCALES.flatMap((sigma) => {
      const [height, width] = plane.shape as [number, number];
      const blur = this.blur(height, width, sigma);
      return tf.tidy(() => featuresAt(plane, blur, sigma));
    });
  }

  private blur(height: number, width: number, sigma: number): Blur {
    const key = `${height}×${width}, ${sigma}`;
    let blur = this.blurs.get(key);
    if (!blur) {
      if (this.blurs.size >= MOST_BLURS) this.dispose();
      blur = new Blur(height, width, sigma);
      this.blurs.set(key, blur);
    }
    return blur;
  }
}

/** Inner, edge and corner tiles of two image sizes at every scale; a few megabytes each. */
const MOST_BLURS = 64;

function featuresAt(plane: Tensor, blur: Blur, sigma: number): Tensor[] {
  const smooth = blur.of(plane);
  const [height, width] = smooth.shape as [number, number];
  const around = bordered(smooth);
  const at = (dy: number, dx: number) => tf.slice(around, [1 + dy, 1 + dx], [height, width]);
  const gy = tf.mul(tf.sub(at(1, 0), at(-1, 0)), sigma / 2);
  const gx = tf.mul(tf.sub(at(0, 1), at(0, -1)), sigma / 2);
  const second = (a: Tensor, b: Tensor) => tf.mul(tf.sub(tf.add(a, b), tf.mul(smooth, 2)), sigma ** 2);
  const hyy = second(at(1, 0), at(-1, 0));
  const hxx = second(at(0, 1), at(0, -1));
  const hxy = tf.mul(tf.sub(tf.add(at(1, 1), at(-1, -1)), tf.add(at(1, -1), at(-1, 1))), sigma ** 2 / 4);
  const [gyy, gxx] = [tf.square(gy), tf.square(gx)];
  const tensor = eigenvalues(blur.of(gyy), blur.of(gxx), blur.of(tf.mul(gy, gx)));
  return [
    smooth,
    tf.sqrt(tf.add(gyy, gxx)),
    tf.add(hyy, hxx),
    ...eigenvalues(hyy, hxx, hxy),
    // In the unit of a gradient; rounding can make the smaller one negative.
    ...tensor.map((value) => tf.sqrt(tf.relu(value))),
  ];
}

/** With one mirrored pixel all round. */
function bordered(plane: Tensor): Tensor {
  const one: [number, number] = [1, 1];
  // A side of one pixel has nothing beside its edge to mirror.
  const mode = Math.min(...plane.shape) > 1 ? 'reflect' : 'symmetric';
  return tf.mirrorPad(plane, [one, one], mode);
}

/** Of symmetric 2 × 2 matrices [[a, c], [c, b]], the larger first. */
function eigenvalues(a: Tensor, b: Tensor, c: Tensor): [Tensor, Tensor] {
  const mean = tf.mul(tf.add(a, b), 0.5);
  const root = tf.sqrt(tf.add(tf.square(tf.mul(tf.sub(a, b), 0.5)), tf.square(c)));
  return [tf.add(mean, root), tf.sub(mean, root)];
}

/** The part with its halo, as far as the image reaches and, so that borders are the image's own, not further. */
function windowAround({ width, height }: InputImage, part: Rectangle): Rectangle {
  const [x, y] = [Math.max(0, part.x - FEATURE_HALO), Math.max(0, part.y - FEATURE_HALO)];
  return {
    ...{ x, y },
    width: Math.min(width, part.x + part.width + FEATURE_HALO) - x,
    height: Math.min(height, part.y + part.height + FEATURE_HALO) - y,
  };
}

function planeOf(image: InputImage, { x, y, width, height }: Rectangle, channel: number): Float32Array {
  const plane = new Float32Array(width * height);
  for (let row = 0, to = 0; row < height; row++) {
    let from = ((y + row) * image.width + x) * image.channels + channel;
    for (let column = 0; column < width; column++, from += image.channels) plane[to++] = image.values[from]!;
  }
  return plane;
}
