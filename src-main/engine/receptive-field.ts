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

/** A layer's place in the network. */
export interface LayerField extends Field {
  /** Names of the layers it reads. */
  inputs: string[];
  /** Bytes of its float32 output, an input pixel. */
  bytesPerPixel: number;
}

/** @throws Error for a layer whose geometry is not known here. */
export function layerFields(model: LayersModel): Map<string, LayerField> {
  const fields = new Map<string, LayerField>();
  for (const layer of model.layers) {
    const inputs = inputsOf(layer);
    const given = inputs.map((name) => fields.get(name)!);
    const joined = {
      jump: given[0]?.jump ?? 1,
      low: Math.min(0, ...given.map((field) => field.low)),
      high: Math.max(0, ...given.map((field) => field.high)),
    };
    const field = through(layer, joined);
    const channels = (layer.outputShape as (number | null)[]).at(-1)!;
    fields.set(layer.name, { ...field, inputs, bytesPerPixel: (4 * channels) / field.jump ** 2 });
  }
  return fields;
}

/** What must surround a tile so that its own pixels come out as of the whole image, px: a multiple of `step`. */
export function haloOf(model: LayersModel, step: number): number {
  const { before, after } = receptiveField(model);
  return Math.ceil(Math.max(before, after) / step) * step;
}

/** Of the network's output. */
export function receptiveField(model: LayersModel): ReceptiveField {
  const { low, high } = layerFields(model).get(model.layers.at(-1)!.name)!;
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
