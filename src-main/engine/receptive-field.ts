/**
 * The receptive field of a network, from its layers alone: for each output pixel, the interval of input pixels that can
 * change it. Tiled prediction needs it to be exact or too large, never too small.
 */
import type { LayersModel, Layer } from './tensorflow.js';

/** Output pixel o depends on input pixels o·jump + low … o·jump + high, along one axis. */
interface Field {
  jump: number;
  low: number;
  high: number;
}

export interface ReceptiveField {
  /** Pixels before and after the output pixel's own position. */
  before: number;
  after: number;
  /** before + 1 + after. */
  side: number;
}

const POINTWISE = new Set([
  'Activation',
  'BatchNormalization',
  'Dropout',
  'Concatenate',
  'Add',
  'InputLayer',
  'ReLU',
]);

/** @throws Error for a layer whose geometry is not known here. */
export function receptiveField(model: LayersModel): ReceptiveField {
  const fields = new Map<string, Field>();
  for (const layer of model.layers) {
    const inputs = inputsOf(layer).map((name) => fields.get(name)!);
    const joined = inputs.length
      ? {
          jump: inputs[0]!.jump,
          low: Math.min(...inputs.map((f) => f.low)),
          high: Math.max(...inputs.map((f) => f.high)),
        }
      : { jump: 1, low: 0, high: 0 };
    fields.set(layer.name, through(layer, joined));
  }
  const { low, high } = fields.get(model.layers.at(-1)!.name)!;
  return { before: -low, after: high, side: high - low + 1 };
}

function inputsOf(layer: Layer): string[] {
  if (layer.getClassName() === 'InputLayer') return [];
  const { input } = layer;
  return (Array.isArray(input) ? input : [input]).map((tensor) => tensor.sourceLayer.name);
}

function through(layer: Layer, { jump, low, high }: Field): Field {
  const kind = layer.getClassName();
  const config = layer.getConfig();
  const first = (key: string) => (config[key] as number[])[0]!;
  if (POINTWISE.has(kind)) return { jump, low, high };
  switch (kind) {
    case 'Conv2D':
    case 'DepthwiseConv2D':
    case 'MaxPooling2D': {
      const kernel = kind === 'MaxPooling2D' ? first('poolSize') : first('kernelSize');
      const stride = first('strides');
      // TensorFlow's `same` on sides that are multiples of the stride pads (kernel − stride) in all, the smaller half first.
      const padding = config['padding'] === 'same' ? Math.floor(Math.max(kernel - stride, 0) / 2) : 0;
      return { jump: jump * stride, low: low - padding * jump, high: high + (kernel - 1 - padding) * jump };
    }
    case 'ZeroPadding2D':
      return { jump, low: low - jump, high: high - jump };
    case 'SpaceToDepth':
      return { jump: jump * 2, low, high: high + jump };
    case 'UpSampling2D':
    case 'DepthToSpace':
      // Output o reads input ⌊o / 2⌋, up to half an input pixel before o's own position.
      return { jump: jump / 2, low: low - jump / 2, high };
    default:
      throw new Error(`The receptive field of a ${kind} layer is not known.`);
  }
}
