/**
 * A layers model as operations of a graph with its weights as constants: what a prediction needs and no more.
 *
 * BatchNorm that follows a convolution goes into its weights; the others become one scale and shift. Built from layers
 * rather than traced, because shapes then stay open: one graph serves images of every size.
 */
import type { Value } from '../compile/graph.js';
import { Untraceable } from '../compile/untraceable.js';
import { BatchNormalization } from '../layers.js';
import type { Layer, LayersModel } from '../tensorflow.js';
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

/** A layer's fields as `getConfig` gives them. */
type Config = Record<string, unknown>;

/**
 * @param x [1, H, W, channels] float32.
 * @returns logits [1, H, W, classes].
 * @throws Untraceable that names a layer whose operations are not known.
 */
export function logitsOf(arithmetic: Arithmetic, model: LayersModel, x: Value): Value {
  const weights = readWeights(model);
  const results = new Map<string, Result>();
  const consumers = new Map<string, number>();
  for (const layer of model.layers)
    for (const { name } of inputsOf(layer)) consumers.set(name, (consumers.get(name) ?? 0) + 1);
  for (const layer of model.layers) {
    const inputs = inputsOf(layer).map(({ name }) => {
      const known = results.get(name)!;
      // What several take is not worth folding: it would be computed once for each.
      return consumers.get(name) === 1 ? known : { value: known.value, channels: known.channels };
    });
    const result =
      inputs.length === 0
        ? { value: () => x, channels: x.shape.at(-1)! }
        : resultOf(arithmetic, layer, inputs, weights);
    results.set(layer.name, { ...result, value: once(result.value) });
  }
  if (model.outputs.length !== 1) throw new Untraceable('the network has several outputs');
  return results.get(model.outputs[0]!.sourceLayer.name)!.value();
}

function inputsOf(layer: Layer): Layer[] {
  const nodes = layer.inboundNodes as unknown as { inboundLayers: Layer[] }[];
  if (nodes.length !== 1) throw new Untraceable(`the layer ${layer.name} is used more than once`);
  return nodes[0]!.inboundLayers;
}

function resultOf(a: Arithmetic, layer: Layer, inputs: Result[], weights: Weights): Result {
  const [x] = inputs as [Result];
  const config = layer.getConfig() as Config;
  const kind = layer.getClassName();
  const data = (name: string) => weights.get(`${layer.name}/${name}`)!.data;
  switch (kind) {
    case 'Conv2D':
    case 'DepthwiseConv2D':
      return convolution(a, { kind, data, config, x });
    case 'BatchNormalization': {
      if (!(layer instanceof BatchNormalization)) break;
      const [gamma, beta] = [data('gamma'), data('beta')];
      const [mean, variance] = [data('moving_mean'), data('moving_variance')];
      const scale = gamma.map((value, c) => value / Math.sqrt(variance[c]! + layer.epsilon));
      const shift = beta.map((value, c) => value - mean[c]! * scale[c]!);
      if (!x.convolution) return plain(x, () => a.scaleAndShift(x.value(), scale, shift));
      const { of, by } = x.convolution;
      return convolved(a, of, folded(by, scale, shift));
    }
    case 'Activation':
      return activated(a, x, String((layer as unknown as { activation: string }).activation));
    case 'Dropout':
      return x;
    case 'UpSampling2D': {
      const size = config['size'] as [number, number];
      if (config['interpolation'] !== 'nearest') break;
      const up = { value: () => a.upSample(x.value(), size), channels: x.channels };
      return size.every((factor) => factor === 2) ? { ...up, doubled: x } : up;
    }
    case 'MaxPooling2D': {
      const window = { strides: config['strides'] as [number, number], padding: paddingOf(config) };
      return {
        value: () => a.pool('MaxPool', x.value(), config['poolSize'] as number[], window),
        channels: x.channels,
      };
    }
    case 'Concatenate':
      if (config['axis'] !== -1) break;
      return {
        value: () =>
          a.concatenate(
            inputs.map((input) => input.value()),
            3,
          ),
        parts: inputs.map((result) => ({ result, channels: result.channels })),
        channels: inputs.reduce((sum, { channels }) => sum + channels, 0),
      };
    case 'Add':
      return {
        value: () =>
          inputs.map((input) => input.value()).reduce((sum, value) => a.one('AddV2', [sum, value])),
        channels: x.channels,
      };
    case 'ZeroPadding2D': {
      const [rows, columns] = config['padding'] as [[number, number], [number, number]];
      return { value: () => a.pad(x.value(), rows, columns), channels: x.channels };
    }
    case 'SpaceToDepth':
      return { value: () => a.spaceToDepth(x.value()), channels: x.channels * 4 };
    case 'DepthToSpace':
      return { value: () => a.depthToSpace(x.value()), channels: x.channels / 4 };
  }
  throw new Untraceable(`the layer ${layer.name} is of a kind (${kind}) that has no frozen form`);
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

function activated(a: Arithmetic, x: Result, activation: string): Result {
  const operation = ACTIVATIONS[activation];
  if (!operation) throw new Untraceable(`the activation ${activation} has no frozen form`);
  if (!x.convolution) return plain(x, () => a.one(operation, [x.value()]));
  return convolved(a, x.convolution.of, { ...x.convolution.by, activation: operation });
}

function convolution(
  a: Arithmetic,
  {
    kind,
    data,
    config,
    x,
  }: { kind: string; data: (name: string) => Float32Array; config: Config; x: Result },
): Result {
  const depthwise = kind === 'DepthwiseConv2D';
  const [kh, kw] = config['kernelSize'] as [number, number];
  const outputs = (depthwise ? config['depthMultiplier'] : config['filters']) as number;
  const by: Convolution = {
    kind: depthwise ? 'DepthwiseConv2dNative' : 'Conv2D',
    filters: data(depthwise ? 'depthwise_kernel' : 'kernel'),
    shape: [kh, kw, x.channels, outputs],
    bias: config['useBias'] ? data('bias') : null,
    window: {
      strides: config['strides'] as [number, number],
      padding: paddingOf(config),
      dilations: config['dilationRate'] as [number, number],
    },
    activation: null,
  };
  const activation = String(config['activation'] ?? 'linear');
  const result = convolved(a, x, by);
  return activation === 'linear' ? result : activated(a, result, activation);
}

const ACTIVATIONS: Partial<Record<string, string>> = { relu: 'Relu', relu6: 'Relu6', tanh: 'Tanh' };

const paddingOf = (config: Config): 'SAME' | 'VALID' => (config['padding'] === 'same' ? 'SAME' : 'VALID');

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
