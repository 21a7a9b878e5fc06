/**
 * A layers model as operations of a graph with its weights as constants: what a prediction needs and no more.
 *
 * BatchNorm that follows a convolution goes into its weights; the others become one scale and shift. Built from layers
 * rather than traced, because shapes then stay open: one graph serves images of every size.
 */
import type { ActivationName, LayerOperation, NetworkLayer } from '../../shared/network-graph.js';
import type { NamedTensor } from '../../shared/safetensors.js';
import type { Value } from '../compile/graph.js';
import { networkLayers } from '../network-layers.js';
import type { LayersModel } from '../tensorflow.js';
import { readWeights } from '../weights.js';
import type { Arithmetic } from './arithmetic.js';
import { convolve, folded, outputsOf, type Convolution } from './convolution.js';

/** What a layer gives: made when somebody takes it, so that what follows may change how. */
export interface Result {
  value(): Value;
  /** Of a convolution without activation. */
  convolution?: { of: Result; by: Convolution };
  /** Of nearest up-sampling, twice. */
  doubled?: Result;
  /** Of concatenated channels. */
  parts?: { result: Result; channels: number }[];
  channels: number;
}

type Weights = ReturnType<typeof readWeights>;

/**
 * @param x [1, H, W, channels] float32.
 * @returns logits [1, H, W, classes].
 * @throws Untraceable that names a layer whose operations are not known.
 */
export function logitsOf(arithmetic: Arithmetic, model: LayersModel, x: Value): Value {
  const weights = readWeights(model);
  const { layers, output } = networkLayers(model);
  const results = new Map<string, Result>();
  const consumers = new Map<string, number>();
  for (const { inputs } of layers)
    for (const name of inputs) consumers.set(name, (consumers.get(name) ?? 0) + 1);
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => {
      const known = results.get(name)!;
      // What several take is not worth folding: it would be computed once for each.
      return consumers.get(name) === 1 ? known : { value: known.value, channels: known.channels };
    });
    const result =
      layer.operation.kind === 'input'
        ? { value: () => x, channels: x.shape.at(-1)! }
        : resultOf(arithmetic, layer, inputs, weights);
    results.set(layer.name, { ...result, value: once(result.value) });
  }
  return results.get(output)!.value();
}

function resultOf(
  a: Arithmetic,
  { name, operation }: NetworkLayer,
  inputs: Result[],
  weights: Weights,
): Result {
  const [x] = inputs as [Result];
  const data = (weight: string) => weights.get(`${name}/${weight}`)!.data;
  switch (operation.kind) {
    case 'convolution':
      return convolution(a, x, operation, (weight) => weights.get(`${name}/${weight}`)!);
    case 'normalisation': {
      const [gamma, beta] = [data('gamma'), data('beta')];
      const [mean, variance] = [data('moving_mean'), data('moving_variance')];
      const scale = gamma.map((value, c) => value / Math.sqrt(variance[c]! + operation.epsilon));
      const shift = beta.map((value, c) => value - mean[c]! * scale[c]!);
      if (!x.convolution) return plain(x, () => a.scaleAndShift(x.value(), scale, shift));
      const { of, by } = x.convolution;
      return convolved(a, of, folded(by, scale, shift));
    }
    case 'activation':
      return activated(a, x, operation.activation);
    case 'input':
    case 'identity':
      return x;
    case 'repetition': {
      const { factors } = operation;
      const up = { value: () => a.upSample(x.value(), factors), channels: x.channels };
      return factors.every((factor) => factor === 2) ? { ...up, doubled: x } : up;
    }
    case 'max-pooling': {
      const { strides, padding, size } = operation;
      const window = { strides, padding: PADDINGS[padding] };
      return plain(x, () => a.pool('MaxPool', x.value(), size, window));
    }
    case 'concatenation':
      return {
        value: () =>
          a.concatenate(
            inputs.map((input) => input.value()),
            3,
          ),
        parts: inputs.map((result) => ({ result, channels: result.channels })),
        channels: inputs.reduce((sum, { channels }) => sum + channels, 0),
      };
    case 'addition':
      return plain(x, () =>
        inputs.map((input) => input.value()).reduce((sum, value) => a.one('AddV2', [sum, value])),
      );
    case 'padding':
      return plain(x, () => a.pad(x.value(), operation.rows, operation.columns));
    case 'space-to-depth':
      return { value: () => a.spaceToDepth(x.value()), channels: x.channels * 4 };
    case 'depth-to-space':
      return { value: () => a.depthToSpace(x.value()), channels: x.channels / 4 };
  }
}

/** Only its value: nothing that follows goes into how it is made. */
const plain = ({ channels }: Result, value: () => Value): Result => ({ value, channels });

function convolved(a: Arithmetic, of: Result, by: Convolution): Result {
  return {
    value: () => convolve(a, of, by),
    channels: outputsOf(by),
    ...(by.activation === null && { convolution: { of, by } }),
  };
}

function activated(a: Arithmetic, x: Result, activation: ActivationName): Result {
  const operation = ACTIVATIONS[activation];
  if (!x.convolution) return plain(x, () => a.one(operation, [x.value()]));
  return convolved(a, x.convolution.of, { ...x.convolution.by, activation: operation });
}

function convolution(
  a: Arithmetic,
  x: Result,
  { depthwise, bias, strides, padding, dilations, activation }: ConvolutionLayer,
  weight: (name: string) => NamedTensor,
): Result {
  const { data: filters, shape } = weight(depthwise ? 'depthwise_kernel' : 'kernel');
  const by: Convolution = {
    kind: depthwise ? 'DepthwiseConv2dNative' : 'Conv2D',
    filters,
    shape: shape as Convolution['shape'],
    bias: bias ? weight('bias').data : null,
    window: { strides, padding: PADDINGS[padding], dilations },
    activation: null,
  };
  const result = convolved(a, x, by);
  return activation ? activated(a, result, activation) : result;
}

type ConvolutionLayer = Extract<LayerOperation, { kind: 'convolution' }>;

const ACTIVATIONS: Record<ActivationName, string> = { relu: 'Relu', relu6: 'Relu6', tanh: 'Tanh' };

const PADDINGS = { same: 'SAME', valid: 'VALID' } as const;

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
