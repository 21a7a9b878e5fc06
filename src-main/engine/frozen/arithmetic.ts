/** Operations of a graph by their names in mathematics, on [N,H,W,C] whose sides may be open. */
import { type Graph, type Value } from '../compile/graph.js';
import { backend, type Attribute } from '../tensorflow.js';

const { binding } = backend;

/** As TensorFlow numbers them; tfjs has no such type. */
export const TF_UINT8 = 4;

const type = (name: string, value = binding.TF_FLOAT): Attribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value,
});
const text = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value });
const integers = (name: string, value: number | number[]): Attribute => ({
  name,
  type: binding.TF_ATTR_INT,
  value,
});
const flag = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });

export interface Window {
  strides: readonly [number, number];
  /** Pixels before and after, of rows and of columns, or as TensorFlow names it. */
  padding: 'SAME' | 'VALID' | readonly [top: number, bottom: number, left: number, right: number];
  dilations?: readonly [number, number];
}

const paddings = (padding: Window['padding']): Attribute[] =>
  typeof padding === 'string'
    ? [text('padding', padding)]
    : [text('padding', 'EXPLICIT'), integers('explicit_paddings', [0, 0, ...padding, 0, 0])];

export class Arithmetic {
  constructor(readonly graph: Graph) {}

  floats(shape: number[], values: Float32Array): Value {
    return this.graph.constant(binding.TF_FLOAT, shape, values);
  }

  /** A scalar, or a vector of a list. */
  integers(values: number | readonly number[]): Value {
    const [list, shape] = typeof values === 'number' ? [[values], []] : [[...values], [values.length]];
    return this.graph.constant(binding.TF_INT32, shape, Int32Array.from(list));
  }

  /** One operation of one result. `T` is added where the operation knows it. */
  one(name: string, inputs: readonly Value[], attributes: Attribute[] = []): Value {
    return this.graph.add(name, [type('T', inputs[0]!.dtype), ...attributes], inputs)[0]!;
  }

  /** @param filters [kh, kw, in, out], depthwise [kh, kw, in, multiplier]. */
  convolve(
    kind: 'Conv2D' | 'DepthwiseConv2dNative',
    x: Value,
    filters: Value,
    { strides, padding, dilations = [1, 1] }: Window,
  ): Value {
    return this.one(
      kind,
      [x, filters],
      [
        integers('strides', [1, ...strides, 1]),
        ...paddings(padding),
        integers('dilations', [1, ...dilations, 1]),
      ],
    );
  }

  pool(kind: 'MaxPool' | 'AvgPool', x: Value, size: readonly number[], { strides, padding }: Window): Value {
    return this.one(
      kind,
      [x],
      [integers('ksize', [1, ...size, 1]), integers('strides', [1, ...strides, 1]), ...paddings(padding)],
    );
  }

  /** [H, W] of an image, as a vector that is known when the graph runs. */
  sides(x: Value): Value {
    const shape = this.one('Shape', [x], [type('out_type', binding.TF_INT32)]);
    return this.part(shape, 1, 3);
  }

  upSample(x: Value, factors: readonly [number, number]): Value {
    const size = this.one('Mul', [this.sides(x), this.integers(factors)]);
    return this.one('ResizeNearestNeighbor', [x, size]);
  }

  pad(x: Value, rows: readonly [number, number], columns: readonly [number, number]): Value {
    const widths = this.graph.constant(
      binding.TF_INT32,
      [4, 2],
      Int32Array.of(0, 0, ...rows, ...columns, 0, 0),
    );
    return this.one('Pad', [x, widths], [type('Tpaddings', binding.TF_INT32)]);
  }

  concatenate(parts: readonly Value[], axis: number): Value {
    return this.one(
      'ConcatV2',
      [...parts, this.integers(axis)],
      [integers('N', parts.length), type('Tidx', binding.TF_INT32)],
    );
  }

  /** Vectors one after the other. */
  join(parts: readonly Value[]): Value {
    return this.concatenate(parts, 0);
  }

  /** [1, H, W, C] → [1, H / 2, W / 2, 4 C]. By transposing: TensorFlow's own operation uses one thread. */
  spaceToDepth(x: Value): Value {
    const channels = x.shape.at(-1)!;
    const two = this.integers([2]);
    const [height, width] = [0, 1].map((at) =>
      this.one('FloorDiv', [this.part(this.sides(x), at, at + 1), two]),
    ) as [Value, Value];
    const split = this.reshape(x, this.join([height, two, width, this.integers([2 * channels])]));
    const sides = [this.integers([1]), height, width, this.integers([4 * channels])];
    return this.reshape(this.transpose(split, [0, 2, 1, 3]), this.join(sides));
  }

  /** [1, H, W, 4 C] → [1, 2 H, 2 W, C]. */
  depthToSpace(x: Value): Value {
    const channels = x.shape.at(-1)! / 4;
    const sides = this.sides(x);
    const split = this.reshape(x, this.join([sides, this.integers([2, 2 * channels])]));
    const doubled = this.one('Mul', [sides, this.integers([2, 2])]);
    return this.reshape(
      this.transpose(split, [0, 2, 1, 3]),
      this.join([this.integers([1]), doubled, this.integers([channels])]),
    );
  }

  private transpose(x: Value, order: readonly number[]): Value {
    return this.one('Transpose', [x, this.integers(order)], [type('Tperm', binding.TF_INT32)]);
  }

  /** Elements `from` ≤ i < `to` of a vector. */
  private part(x: Value, from: number, to: number): Value {
    return this.one(
      'StridedSlice',
      [x, this.integers([from]), this.integers([to]), this.integers([1])],
      [type('Index', binding.TF_INT32)],
    );
  }

  /** x · scale + shift, channel by channel. */
  scaleAndShift(x: Value, scale: Float32Array, shift: Float32Array): Value {
    const vector = (values: Float32Array) => this.floats([values.length], values);
    const none = vector(new Float32Array(scale.length));
    const ones = vector(new Float32Array(scale.length).fill(1));
    const attributes = [
      type('U'),
      { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: 0 },
      flag('is_training', false),
    ];
    return this.one('FusedBatchNormV3', [x, vector(scale), vector(shift), none, ones], attributes);
  }

  cast(x: Value, to: number): Value {
    return this.graph.add('Cast', [type('SrcT', x.dtype), type('DstT', to)], [x])[0]!;
  }

  bitcast(x: Value, to: number): Value {
    return this.one('Bitcast', [x], [type('type', to)]);
  }

  reshape(x: Value, shape: Value): Value {
    return this.one('Reshape', [x, shape], [type('Tshape', binding.TF_INT32)]);
  }

  /** values[indices]. */
  take(values: Value, indices: Value): Value {
    return this.graph.add(
      'GatherV2',
      [type('Tparams', values.dtype), type('Tindices', indices.dtype), type('Taxis', binding.TF_INT32)],
      [values, indices, this.integers(0)],
    )[0]!;
  }

  greater(x: Value, y: Value): Value {
    return this.one('Greater', [x, y]);
  }

  /** [1, H, W, C] → C times [1, H, W]. */
  planes(x: Value): Value[] {
    const count = x.shape.at(-1)!;
    const attributes = [type('T', x.dtype), integers('num', count), integers('axis', 1)];
    return this.graph.add('Unpack', attributes, [this.transpose(x, [0, 3, 1, 2])]);
  }
}
