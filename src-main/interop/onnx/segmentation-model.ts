/** A trained model as one ONNX file: a mapped image in, class probabilities and label values out. */
import type { ModelFile } from '../../shared/engine-api.js';
import type { NetworkGraph } from '../../shared/network-graph.js';
import type { NamedTensor } from '../../shared/safetensors.js';
import { GraphWriter } from './graph-writer.js';
import { addLayers } from './layers.js';
import { metadataOf } from './metadata.js';
import { encodeOnnx } from './model-proto.js';
import { addPixelClassifier } from './pixel-classifier.js';

export interface SegmentationModel {
  /** The run's name. */
  name: string;
  file: ModelFile;
  graph: NetworkGraph;
  /** As in `best.safetensors`. */
  weights: ReadonlyMap<string, NamedTensor>;
  /** Hex SHA-256 of weights and mapping. */
  sha256: string;
  /** Brushfield's. */
  version: string;
}

/**
 * `image` float32 [N, channels, H, W], mapped as the metadata say; `probabilities` float32 [N, classes, H, W] in the order of
 * the classes and `classes` uint8 [N, H, W], the label value of the likeliest class, of equals the first.
 * @throws AppError('bad-model') for a weight that is missing.
 */
export function segmentationModel(model: SegmentationModel): Uint8Array {
  const { name, file, graph, weights, version } = model;
  const { count: channels } = file.input;
  const writer = new GraphWriter();
  let scores: string;
  if (graph.kind === 'layers') {
    scores = addLayers(writer, graph, { image: 'image', weights });
    writer.add('Softmax', [scores], { axis: 1 }, 'probabilities');
  } else {
    const given = { image: 'image', channels, classes: file.classes.length, weights };
    scores = writer.add('Identity', [addPixelClassifier(writer, graph, given)], {}, 'probabilities');
  }
  const likeliest = writer.add('ArgMax', [scores], { axis: 1, keepdims: 0 });
  const values = Uint8Array.from(file.classes, ({ value }) => value);
  writer.add(
    'Gather',
    [writer.constant('values', [values.length], values), likeliest],
    { axis: 0 },
    'classes',
  );
  return encodeOnnx({
    name,
    producer: { name: 'Brushfield', version },
    nodes: writer.nodes,
    constants: writer.constants,
    inputs: [{ name: 'image', type: 'float32', shape: ['N', channels, 'H', 'W'] }],
    outputs: [
      { name: 'probabilities', type: 'float32', shape: ['N', file.classes.length, 'H', 'W'] },
      { name: 'classes', type: 'uint8', shape: ['N', 'H', 'W'] },
    ],
    metadata: metadataOf(model),
  });
}
