/**
 * A network with its weights of now as one TensorFlow function: pixels in; probabilities, or classes and confidences, out.
 * Only bytes cross the border between JavaScript and TensorFlow where only bytes are wanted.
 */
import { messageOf } from '../../shared/errors.js';
import { callable, execute, type Callable } from '../compile/compiled-function.js';
import { Graph, type Value } from '../compile/graph.js';
import { Untraceable } from '../compile/untraceable.js';
import type { LinearMap } from '../intensity.js';
import { backend, type GraphFunctions, type LayersModel } from '../tensorflow.js';
import { Arithmetic, TF_UINT8 } from './arithmetic.js';
import { logitsOf } from './logits.js';

/** Part of an image: [height · width · channels], row-major; intensities are still to be mapped, channel by channel. */
export interface Pixels {
  values: Uint8Array | Float32Array;
  shape: readonly [height: number, width: number, channels: number];
  maps: readonly LinearMap[];
}

/** What is wanted of each pixel. */
export type Wanted = 'probabilities' | 'classes';

let made = 0;

export class FrozenNetwork {
  private readonly functions = new Map<string, Callable>();

  /** @param values label value of each class. */
  constructor(
    private readonly addon: GraphFunctions,
    private readonly model: LayersModel,
    private readonly values: readonly number[],
  ) {}

  /** Functions made so far. */
  get made(): number {
    return this.functions.size;
  }

  /** [height · width · classes], row-major. @throws Untraceable at the first call. */
  probabilities(pixels: Pixels): Float32Array {
    return this.call('probabilities', pixels) as Float32Array;
  }

  /** Of each pixel the value of the likeliest class and its probability, 0 … 255. @throws Untraceable at the first call. */
  classes(pixels: Pixels): { labels: Uint8Array; confidence: Uint8Array } {
    const packed = this.call('classes', pixels) as Int32Array;
    const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
    const [height, width] = pixels.shape;
    const half = bytes.length / 2;
    return { labels: bytes.slice(0, height * width), confidence: bytes.slice(half, half + height * width) };
  }

  dispose(): void {
    for (const { name } of this.functions.values()) this.addon.removeFunction(name);
    this.functions.clear();
  }

  private call(wanted: Wanted, { values, shape, maps }: Pixels): Float32Array | Int32Array | Uint8Array {
    const bytes = values instanceof Uint8Array;
    const key = `${wanted} ${bytes}`;
    let known = this.functions.get(key);
    if (!known)
      this.functions.set(key, (known = this.make(wanted, bytes ? TF_UINT8 : backend.binding.TF_FLOAT)));
    const { binding } = backend;
    const inputs = [
      binding.createTensor([1, ...shape], bytes ? TF_UINT8 : binding.TF_FLOAT, values),
      binding.createTensor([5, maps.length], binding.TF_FLOAT, tableOf(maps)),
    ];
    try {
      const [output] = execute(known, inputs);
      try {
        return binding.tensorDataSync(output!.id);
      } finally {
        binding.deleteTensor(output!.id);
      }
    } finally {
      inputs.forEach((id) => binding.deleteTensor(id));
    }
  }

  private make(wanted: Wanted, dtype: number): Callable {
    const name = `frozen_network_${++made}`;
    try {
      const graph = new Graph(this.addon);
      const a = new Arithmetic(graph);
      const channels = (this.model.inputs[0]!.shape as (number | null)[]).at(-1)!;
      const pixels = graph.input(dtype, [1, -1, -1, channels]);
      const table = graph.input(backend.binding.TF_FLOAT, [5, channels]);
      const logits = logitsOf(a, this.model, mapped(a, pixels, table));
      const output = wanted === 'classes' ? packed(a, logits, this.values) : a.one('Softmax', [logits]);
      graph.toFunction(name, [pixels, table], [output], []);
    } catch (error) {
      if (error instanceof Untraceable) throw error;
      throw new Untraceable(messageOf(error), { cause: error });
    }
    return callable(name, 1);
  }
}

/**
 * Rows: offset, what single precision leaves of it, scale, least, most. In two parts an offset is subtracted as exactly as
 * in double precision from values near it.
 */
function tableOf(maps: readonly LinearMap[]): Float32Array {
  const rows = [
    ({ offset }: LinearMap) => offset,
    ({ offset }: LinearMap) => offset - Math.fround(offset),
    ({ scale }: LinearMap) => scale,
    ({ low }: LinearMap) => low,
    ({ high }: LinearMap) => high,
  ];
  return Float32Array.from(rows.flatMap((row) => maps.map(row)));
}

function mapped(a: Arithmetic, pixels: Value, table: Value): Value {
  const [offset, rest, scale, low, high] = [0, 1, 2, 3, 4].map((row) => a.take(table, a.integers(row)));
  let x = pixels.dtype === TF_UINT8 ? a.cast(pixels, backend.binding.TF_FLOAT) : pixels;
  x = a.one('Sub', [a.one('Sub', [x, offset!]), rest!]);
  return a.one('Minimum', [a.one('Maximum', [a.one('Mul', [x, scale!]), low!]), high!]);
}

/**
 * Bytes of the classes, then of the confidences, four to an integer: tfjs-node reads no bytes. Computed class by class on
 * whole planes, and without the probabilities: TensorFlow's Softmax, ArgMax and Max take a call for each pixel's few
 * values, which at two or three classes cost a fifth of unet-quick.
 */
function packed(a: Arithmetic, logits: Value, values: readonly number[]): Value {
  const number = (value: number) => a.floats([], Float32Array.of(value));
  const [first, ...others] = a.planes(logits) as [Value, ...Value[]];
  let most = first;
  let labels = number(values[0]!);
  for (const [i, plane] of others.entries()) {
    // Only a larger one replaces: of equals the first stands, as ArgMax has it.
    const larger = a.cast(a.greater(plane, most), backend.binding.TF_FLOAT);
    const step = a.one('Mul', [larger, a.one('Sub', [number(values[i + 1]!), labels])]);
    labels = a.one('AddV2', [labels, step]);
    most = a.one('Maximum', [most, plane]);
  }
  // The likeliest class's share of the softmax: exp(0) ÷ Σ exp(logit − largest logit).
  const sum = [first, ...others]
    .map((plane) => a.one('Exp', [a.one('Sub', [plane, most])]))
    .reduce((x, y) => a.one('AddV2', [x, y]));
  // Halves up, as Math.round; the cast cuts off.
  const confidence = a.one('AddV2', [a.one('Div', [number(255), sum]), number(0.5)]);
  const bytes = [labels, confidence].map((plane) => a.reshape(a.cast(plane, TF_UINT8), a.integers([-1])));
  return a.bitcast(a.reshape(a.join(bytes), a.integers([-1, 4])), backend.binding.TF_INT32);
}
