/**
 * The pixel classifier as ONNX nodes: features as convolutions with fixed kernels (as engine/live/features.ts has them), the
 * members' layers as convolutions of one pixel in groups.
 */
import type { PixelClassifier } from '../../shared/network-graph.js';
import type { NamedTensor } from '../../shared/safetensors.js';
import type { GraphWriter } from './graph-writer.js';
import { tensor } from './layers.js';
import { Mirrored } from './mirrored.js';

interface Given {
  /** Name of the input [N, channels, H, W]. */
  image: string;
  channels: number;
  classes: number;
  weights: ReadonlyMap<string, NamedTensor>;
}

/** @returns name of the probabilities [N, classes, H, W]. @throws AppError('bad-model') for a weight that is missing. */
export function addPixelClassifier(
  graph: GraphWriter,
  { scales, members, hidden }: PixelClassifier,
  { image, channels, classes, weights }: Given,
): string {
  const features = new Features(graph, image, channels);
  const planes = scales.flatMap(({ sigmaPx, blur }) => features.at(sigmaPx, Float32Array.from(blur)));
  // Feature by feature, where the classifier's own order is channel by channel.
  const x = graph.add('Concat', planes, { axis: 1 }, 'features');
  const first = firstLayer(weights, { features: planes.length, channels });
  const one = layer(graph, 'first', { x, ...first, outputs: members * hidden, groups: 1 });
  const of = (name: string) => ({
    kernel: tensor(weights, `${name}/kernel`).data,
    bias: tensor(weights, `${name}/bias`).data,
    groups: members,
  });
  const relu = (value: string) => graph.add('Relu', [value]);
  const two = layer(graph, 'second', { x: relu(one), ...of('second'), outputs: members * hidden });
  const scores = layer(graph, 'third', { x: relu(two), ...of('third'), outputs: members * classes });
  const sides = graph.add('Slice', [graph.add('Shape', [scores]), graph.integers([2]), graph.integers([4])]);
  const shape = graph.add('Concat', [graph.integers([-1, members, classes]), sides], { axis: 0 });
  const each = graph.add('Softmax', [graph.add('Reshape', [scores, shape])], { axis: 2 });
  return graph.add('ReduceMean', [each], { axes: [1], keepdims: 0 });
}

/** A layer of pixels, each group from its own inputs. @param kernel [outputs, inputs of a group]. */
function layer(
  graph: GraphWriter,
  name: string,
  {
    x,
    kernel,
    bias,
    outputs,
    groups,
  }: { x: string; kernel: Float32Array; bias: Float32Array; outputs: number; groups: number },
): string {
  const shape = [outputs, kernel.length / outputs, 1, 1];
  const given = [
    graph.constant(`${name}/kernel`, shape, kernel),
    graph.constant(`${name}/bias`, [outputs], bias),
  ];
  return graph.add('Conv', [x, ...given], { kernel_shape: [1, 1], group: groups }, name);
}

/** For features as they are, in the order of the planes: what standardises them and leaves some out is folded in. */
function firstLayer(
  weights: Given['weights'],
  { features, channels }: { features: number; channels: number },
): { kernel: Float32Array; bias: Float32Array } {
  const [given, seen] = [tensor(weights, 'first/kernel').data, tensor(weights, 'first/seen').data];
  const [mean, deviation] = [
    tensor(weights, 'standard/mean').data,
    tensor(weights, 'standard/deviation').data,
  ];
  const all = features * channels;
  const kernel = new Float32Array(given.length);
  const bias = tensor(weights, 'first/bias').data.map((start, unit) => {
    let shift = 0;
    for (let index = 0; index < all; index++) {
      const [channel, feature] = [Math.floor(index / features), index % features];
      const from = unit * all + index;
      const weight = (given[from]! * seen[from]!) / deviation[index]!;
      kernel[unit * all + feature * channels + channel] = weight;
      shift += weight * mean[index]!;
    }
    return start - shift;
  });
  return { kernel, bias };
}

class Features {
  private readonly mirrored: Mirrored;

  constructor(
    private readonly graph: GraphWriter,
    private readonly image: string,
    private readonly channels: number,
  ) {
    this.mirrored = new Mirrored(graph, image);
  }

  /** [N, channels, H, W] each, in the order of `KINDS`. */
  at(sigma: number, kernel: Float32Array): string[] {
    const { graph } = this;
    const add = (a: string, b: string) => graph.add('Add', [a, b]);
    const sqrt = (a: string) => graph.add('Sqrt', [a]);
    const smooth = this.blurred(this.image, kernel);
    const around = this.mirrored.around(smooth, 1);
    // Rows from above to below of a 3 × 3 window.
    const difference = (factor: number, weights: number[]) =>
      this.filtered(
        around,
        [3, 3],
        Float32Array.from(weights, (weight) => weight * factor),
      );
    const gy = difference(sigma / 2, [0, -1, 0, 0, 0, 0, 0, 1, 0]);
    const gx = difference(sigma / 2, [0, 0, 0, -1, 0, 1, 0, 0, 0]);
    const hyy = difference(sigma ** 2, [0, 1, 0, 0, -2, 0, 0, 1, 0]);
    const hxx = difference(sigma ** 2, [0, 0, 0, 1, -2, 1, 0, 0, 0]);
    const hxy = difference(sigma ** 2 / 4, [1, 0, -1, 0, 0, 0, -1, 0, 1]);
    const product = (a: string, b: string) => graph.add('Mul', [a, b]);
    const [gyy, gxx] = [product(gy, gy), product(gx, gx)];
    const [byy, bxx, bxy] = [gyy, gxx, product(gy, gx)].map((plane) => this.blurred(plane, kernel)) as [
      string,
      string,
      string,
    ];
    return [
      smooth,
      sqrt(add(gyy, gxx)),
      add(hyy, hxx),
      ...this.eigenvalues(hyy, hxx, hxy),
      ...this.eigenvalues(byy, bxx, bxy).map((value) => sqrt(graph.add('Relu', [value]))),
    ];
  }

  private blurred(x: string, kernel: Float32Array): string {
    const radius = (kernel.length - 1) / 2;
    const down = this.filtered(this.mirrored.along(x, 2, radius), [kernel.length, 1], kernel);
    return this.filtered(this.mirrored.along(down, 3, radius), [1, kernel.length], kernel);
  }

  /** Each channel by itself, only where the window lies inside. */
  private filtered(x: string, shape: [number, number], kernel: Float32Array): string {
    const { graph, channels } = this;
    const all = new Float32Array(channels * kernel.length);
    for (let channel = 0; channel < channels; channel++) all.set(kernel, channel * kernel.length);
    const name = `kernel_${graph.constants.length}`;
    const kernels = graph.constant(name, [channels, 1, ...shape], all);
    return graph.add('Conv', [x, kernels], { kernel_shape: shape, group: channels });
  }

  /** Of symmetric 2 × 2 matrices [[a, c], [c, b]], the larger first. */
  private eigenvalues(a: string, b: string, c: string): [string, string] {
    const { graph } = this;
    const half = graph.float(0.5);
    const square = (x: string) => graph.add('Mul', [x, x]);
    const mean = graph.add('Mul', [graph.add('Add', [a, b]), half]);
    const apart = graph.add('Mul', [graph.add('Sub', [a, b]), half]);
    const root = graph.add('Sqrt', [graph.add('Add', [square(apart), square(c)])]);
    return [graph.add('Add', [mean, root]), graph.add('Sub', [mean, root])];
  }
}
