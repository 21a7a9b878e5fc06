/** A network's layers as ONNX nodes: channels first, paddings of TensorFlow written out. */
import { AppError } from '../../shared/errors.js';
import type {
  ActivationName,
  LayeredNetwork,
  LayerOperation,
  NetworkLayer,
} from '../../shared/network-graph.js';
import type { NamedTensor } from '../../shared/safetensors.js';
import type { GraphWriter } from './graph-writer.js';

type Weights = ReadonlyMap<string, NamedTensor>;
type Of<Kind extends LayerOperation['kind']> = Extract<LayerOperation, { kind: Kind }>;

/**
 * @param image name of the input [N, C, H, W], H and W multiples of the network's.
 * @returns name of the logits [N, classes, H, W]. @throws AppError('bad-model') for a weight that is missing.
 */
export function addLayers(
  graph: GraphWriter,
  { layers, output }: LayeredNetwork,
  { image, weights }: { image: string; weights: Weights },
): string {
  const values = new Map<string, string>();
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => values.get(name)!);
    values.set(layer.name, layer.operation.kind === 'input' ? image : nodeOf(graph, layer, inputs, weights));
  }
  return values.get(output)!;
}

function nodeOf(
  graph: GraphWriter,
  layer: NetworkLayer,
  inputs: readonly string[],
  weights: Weights,
): string {
  const { name, operation } = layer;
  const add = (kind: string, attributes: Parameters<GraphWriter['add']>[2] = {}, more: string[] = []) =>
    graph.add(kind, [...inputs, ...more], attributes, name);
  switch (operation.kind) {
    case 'input':
    case 'identity':
      return inputs[0]!;
    case 'convolution':
      return convolution(graph, { name, operation, x: inputs[0]!, weights });
    case 'normalisation': {
      const vectors = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((weight) =>
        vector(graph, `${name}/${weight}`, weights),
      );
      return add('BatchNormalization', { epsilon: { float: operation.epsilon } }, vectors);
    }
    case 'activation':
      return activated(graph, { x: inputs[0]!, activation: operation.activation, name });
    case 'repetition': {
      const scales = Float32Array.of(1, 1, ...operation.factors);
      // Output pixel o takes input pixel ⌊o / factor⌋.
      const how = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
      return add('Resize', how, ['', graph.constant(`${name}/scales`, [4], scales)]);
    }
    case 'max-pooling': {
      const { size, strides } = operation;
      return add('MaxPool', { kernel_shape: size, strides, pads: padsOf(operation, size) });
    }
    case 'concatenation':
      return add('Concat', { axis: 1 });
    case 'addition':
      // Two at a time: `Add` takes no more.
      return inputs
        .slice(1)
        .reduce(
          (sum, value, at) =>
            graph.add('Add', [sum, value], {}, at === inputs.length - 2 ? name : `${name}/${at}`),
          inputs[0]!,
        );
    case 'padding': {
      const { rows, columns } = operation;
      const pads = [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]];
      return add('Pad', { mode: 'constant' }, [graph.integers(pads)]);
    }
    // Both have TensorFlow's order of channels: row, column, channel.
    case 'space-to-depth':
      return add('SpaceToDepth', { blocksize: 2 });
    case 'depth-to-space':
      return add('DepthToSpace', { blocksize: 2, mode: 'DCR' });
  }
}

function convolution(
  graph: GraphWriter,
  {
    name,
    operation,
    x,
    weights,
  }: { name: string; operation: Of<'convolution'>; x: string; weights: Weights },
): string {
  const { depthwise, bias, strides, dilations, activation } = operation;
  const weight = `${name}/${depthwise ? 'depthwise_kernel' : 'kernel'}`;
  const { shape, data } = tensor(weights, weight);
  const [kh, kw, inputs, outputs] = shape as [number, number, number, number];
  // [kh, kw, in, out] → [out, in, kh, kw]; depthwise, a group for each input: [in · out, 1, kh, kw].
  const kernel = graph.constant(
    weight,
    depthwise ? [inputs * outputs, 1, kh, kw] : [outputs, inputs, kh, kw],
    permuted(data, [kh, kw, inputs, outputs], depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]),
  );
  const given = [x, kernel, ...(bias ? [vector(graph, `${name}/bias`, weights)] : [])];
  const attributes = {
    kernel_shape: [kh, kw],
    strides,
    dilations,
    group: depthwise ? inputs : 1,
    pads: padsOf(operation, [dilations[0] * (kh - 1) + 1, dilations[1] * (kw - 1) + 1]),
  };
  if (!activation) return graph.add('Conv', given, attributes, name);
  const linear = graph.add('Conv', given, attributes, `${name}/linear`);
  return activated(graph, { x: linear, activation, name });
}

/**
 * TensorFlow's `same` on sides that are multiples of the stride pads window − stride pixels in all, the smaller half
 * before. [top, left, bottom, right].
 */
function padsOf(
  { padding, strides }: Pick<Of<'max-pooling'>, 'padding' | 'strides'>,
  window: readonly [number, number],
): number[] {
  const all = window.map((side, axis) => (padding === 'same' ? Math.max(side - strides[axis]!, 0) : 0));
  const before = all.map((pixels) => Math.floor(pixels / 2));
  return [...before, ...all.map((pixels, axis) => pixels - before[axis]!)];
}

function activated(
  graph: GraphWriter,
  { x, activation, name }: { x: string; activation: ActivationName; name: string },
): string {
  if (activation === 'relu6') return graph.add('Clip', [x, graph.float(0), graph.float(6)], {}, name);
  return graph.add(activation === 'relu' ? 'Relu' : 'Tanh', [x], {}, name);
}

function vector(graph: GraphWriter, name: string, weights: Weights): string {
  const { shape, data } = tensor(weights, name);
  return graph.constant(name, shape, data);
}

export function tensor(weights: Weights, name: string): NamedTensor {
  const found = weights.get(name);
  if (found) return found;
  throw new AppError('bad-model', `The weights do not fit the network: ${name} is missing.`);
}

/** The transposed array, row-major. @param order of the axes, the last one fastest. */
export function permuted(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const out = new Float32Array(data.length);
  const index = order.map(() => 0);
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      const stride = strides[order[axis]!]!;
      const side = shape[order[axis]!]!;
      from += stride;
      if (++index[axis]! < side) break;
      from -= stride * side;
      index[axis] = 0;
    }
  }
  return out;
}
