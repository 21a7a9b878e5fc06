/**
 * Mixed precision of a graph that is being traced (Micikevicius et al. 2018, arXiv:1710.03740): convolutions and products of
 * matrices take numbers of 16 bits, and so does what follows them as long as it stays harmless. Weights, statistics,
 * losses and the optimiser keep 32 bits. tfjs knows nothing of it: to it every tensor is float32.
 */
import { backend, type Attribute } from '../tensorflow.js';
import type { Graph, Value } from './graph.js';

/** bfloat16 has the range of float32 and 8 bits of precision; float16 has 11, and gradients that it loses without a scale. */
export const PRECISIONS = ['float32', 'bfloat16', 'float16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** As TensorFlow numbers them; tfjs has no such types. */
const LOW: Record<Exclude<Precision, 'float32'>, number> = { bfloat16: 14, float16: 19 };

/** Nearly all of the work. */
const ALWAYS = new Set([
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
  'BatchMatMulV2',
  'MatMul',
]);

/** As their inputs. Their sums are over few values, or in 32 bits inside (FusedBatchNormV3). */
const FOLLOWING = new Set([
  'AddN',
  'AddV2',
  'AvgPool',
  'AvgPoolGrad',
  'BiasAdd',
  'ConcatV2',
  'FusedBatchNormGradV3',
  'FusedBatchNormV3',
  'Identity',
  'MaxPool',
  'MaxPoolGrad',
  'Mul',
  'Pad',
  'Relu',
  'Relu6',
  'Relu6Grad',
  'ReluGrad',
  'Reshape',
  'ResizeNearestNeighbor',
  'SelectV2',
  'Slice',
  'Split',
  'SplitV',
  'Transpose',
]);

export class MixedPrecision {
  private readonly low: number | null;
  private readonly casts = new Map<string, Value>();

  constructor(
    private readonly graph: Graph,
    precision: Precision,
  ) {
    this.low = precision === 'float32' ? null : LOW[precision];
  }

  /** As `Graph.add`, with casts where they are needed. */
  add(type: string, attributes: readonly Attribute[], inputs: readonly Value[]): Value[] {
    if (this.low === null) return this.graph.add(type, attributes, inputs);
    const inLow = this.takesLow(type, inputs);
    const given = inputs.map((value, i) => (inLow[i] ? this.cast(value, this.low!) : this.full(value)));
    if (!inLow.includes(true)) return this.graph.add(type, attributes, given);
    const lowered = attributes.map((one) => (one.name === 'T' ? { ...one, value: this.low } : one));
    return this.graph.add(type, lowered, given);
  }

  /** The value in 32 bits, for whatever is not mixed. */
  full(value: Value): Value {
    return value.dtype === this.low ? this.cast(value, backend.binding.TF_FLOAT) : value;
  }

  /** What tfjs is told of a value's type. */
  typeFor({ dtype }: Value): number {
    return dtype === this.low ? backend.binding.TF_FLOAT : dtype;
  }

  /** For each input whether the operation is to take it in 16 bits. */
  private takesLow(type: string, inputs: readonly Value[]): boolean[] {
    const { TF_FLOAT } = backend.binding;
    const types = this.graph.inputTypes(type, inputs.length);
    const mixed = inputs.map(
      ({ dtype }, i) => types[i] === 'T' && (dtype === TF_FLOAT || dtype === this.low),
    );
    const follows = () => {
      const own = inputs.filter((_, i) => mixed[i]);
      return (
        own.some(({ dtype }) => dtype === this.low) &&
        // A number that the program writes down is as good in 16 bits; what was computed in 32 is kept so.
        own.every((value) => value.dtype === this.low || this.graph.isConstant(value))
      );
    };
    return ALWAYS.has(type) || (FOLLOWING.has(type) && follows()) ? mixed : mixed.map(() => false);
  }

  private cast(value: Value, to: number): Value {
    if (value.dtype === to) return value;
    const key = value.place.join(' ');
    const known = this.casts.get(key);
    if (known) return known;
    const type = (name: string, dtype: number) => ({
      name,
      type: backend.binding.TF_ATTR_TYPE,
      value: dtype,
    });
    const [cast] = this.graph.add('Cast', [type('SrcT', value.dtype), type('DstT', to)], [value]);
    this.casts.set(key, cast!);
    return cast!;
  }
}
