/**
 * What a trained model computes, as the engine tells it to writers of other formats: operations in the order they are
 * computed, on [N, H, W, C]. Weights are not in it but in `best.safetensors`, by `layer/weight` and in the layout of Keras.
 */

export type ActivationName = 'relu' | 'relu6' | 'tanh';

type Pair = [number, number];

/** How a window moves over rows and columns. Padding as TensorFlow's: `same` puts the smaller half before. */
interface Moving {
  strides: Pair;
  padding: 'same' | 'valid';
}

export type LayerOperation =
  | { kind: 'input' }
  | ({
      kind: 'convolution';
      /** Weight `depthwise_kernel` [kh, kw, in, outputs of each], else `kernel` [kh, kw, in, out]. */
      depthwise: boolean;
      /** Weight `bias`. */
      bias: boolean;
      dilations: Pair;
      activation: ActivationName | null;
    } & Moving)
  /** Weights `gamma`, `beta`, `moving_mean`, `moving_variance`. */
  | { kind: 'normalisation'; epsilon: number }
  | { kind: 'activation'; activation: ActivationName }
  /** Nothing, where nothing is learned: dropout. */
  | { kind: 'identity' }
  /** Every pixel so many times, down and across. */
  | { kind: 'repetition'; factors: Pair }
  | ({ kind: 'max-pooling'; size: Pair } & Moving)
  /** Of channels. */
  | { kind: 'concatenation' }
  | { kind: 'addition' }
  /** Zeros before and after. */
  | { kind: 'padding'; rows: Pair; columns: Pair }
  /** [H, W, C] → [H/2, W/2, 4C], in the order row, column, channel; and back. */
  | { kind: 'space-to-depth' }
  | { kind: 'depth-to-space' };

export interface NetworkLayer {
  name: string;
  /** Names of layers before it. */
  inputs: string[];
  operation: LayerOperation;
}

/** A network whose last layer gives logits. */
export interface LayeredNetwork {
  kind: 'layers';
  layers: NetworkLayer[];
  output: string;
}

/** Pixel features and the small networks over them, whose mean probability counts (engine/live). */
export interface PixelClassifier {
  kind: 'pixel-classifier';
  /** At each scale all features, channel by channel: as `KINDS` in engine/live/features.ts has them. */
  scales: {
    sigmaPx: number;
    /** One-dimensional Gaussian kernel of 2 · radius + 1 weights; borders are mirrored without their edge pixel. */
    blur: number[];
  }[];
  members: number;
  hidden: number;
}

export type NetworkGraph = (LayeredNetwork | PixelClassifier) & {
  /** Sides of what is computed at once, px. */
  multipleOf: number;
  /** Mirrored pixels all round an image, px. */
  margin: number;
  /** What must surround a tile, px: a multiple of `multipleOf`. */
  haloPx: number;
};
