/** The layers of a model as plain records, for graphs of our own and for other formats. */
import type {
  ActivationName,
  LayeredNetwork,
  LayerOperation,
  NetworkLayer,
} from '../shared/network-graph.js';
import { Untraceable } from './compile/untraceable.js';
import { BatchNormalization } from './layers.js';
import type { Layer, LayersModel } from './tensorflow.js';

/** A layer's fields as `getConfig` gives them. */
type Config = Record<string, unknown>;
type Pair = [number, number];

/** @throws Untraceable that names a layer whose operations are not known. */
export function networkLayers(model: LayersModel): LayeredNetwork {
  if (model.outputs.length !== 1) throw new Untraceable('the network has several outputs');
  const layers = model.layers.map((layer): NetworkLayer => {
    const nodes = layer.inboundNodes as unknown as { inboundLayers: Layer[] }[];
    if (nodes.length !== 1) throw new Untraceable(`the layer ${layer.name} is used more than once`);
    const inputs = nodes[0]!.inboundLayers.map(({ name }) => name);
    return { name: layer.name, inputs, operation: operationOf(layer) };
  });
  return { kind: 'layers', layers, output: model.outputs[0]!.sourceLayer.name };
}

function operationOf(layer: Layer): LayerOperation {
  const config = layer.getConfig() as Config;
  const kind = layer.getClassName();
  switch (kind) {
    case 'InputLayer':
      return { kind: 'input' };
    case 'Conv2D':
    case 'DepthwiseConv2D': {
      const activation = String(config['activation'] ?? 'linear');
      return {
        kind: 'convolution',
        depthwise: kind === 'DepthwiseConv2D',
        bias: Boolean(config['useBias']),
        dilations: config['dilationRate'] as Pair,
        activation: activation === 'linear' ? null : activationNamed(activation),
        ...movingOf(config),
      };
    }
    case 'BatchNormalization':
      if (!(layer instanceof BatchNormalization)) break;
      return { kind: 'normalisation', epsilon: layer.epsilon };
    case 'Activation':
      return {
        kind: 'activation',
        activation: activationNamed(String((layer as unknown as { activation: string }).activation)),
      };
    case 'Dropout':
      return { kind: 'identity' };
    case 'UpSampling2D':
      if (config['interpolation'] !== 'nearest') break;
      return { kind: 'repetition', factors: config['size'] as Pair };
    case 'MaxPooling2D':
      return { kind: 'max-pooling', size: config['poolSize'] as Pair, ...movingOf(config) };
    case 'Concatenate':
      if (config['axis'] !== -1) break;
      return { kind: 'concatenation' };
    case 'Add':
      return { kind: 'addition' };
    case 'ZeroPadding2D': {
      const [rows, columns] = config['padding'] as [Pair, Pair];
      return { kind: 'padding', rows, columns };
    }
    case 'SpaceToDepth':
      return { kind: 'space-to-depth' };
    case 'DepthToSpace':
      return { kind: 'depth-to-space' };
  }
  throw new Untraceable(`the layer ${layer.name} is of a kind (${kind}) that is not known`);
}

const movingOf = (config: Config) => ({
  strides: config['strides'] as Pair,
  padding: config['padding'] === 'same' ? ('same' as const) : ('valid' as const),
});

const ACTIVATIONS: readonly string[] = ['relu', 'relu6', 'tanh'] satisfies ActivationName[];

function activationNamed(name: string): ActivationName {
  if (ACTIVATIONS.includes(name)) return name as ActivationName;
  throw new Untraceable(`the activation ${name} is not known`);
}
