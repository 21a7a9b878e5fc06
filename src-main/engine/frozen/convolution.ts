/** Convolutions with constant weights, and what may be done to them before they are computed. */
import type { Value } from '../compile/graph.js';
import type { Arithmetic, Window } from './arithmetic.js';
import type { Result } from './logits.js';
import { upSampledPart } from './upsampled.js';

export interface Convolution {
  kind: 'Conv2D' | 'DepthwiseConv2dNative';
  /** Row-major. */
  filters: Float32Array;
  /** [kh, kw, inputs, outputs], depthwise: outputs of each input. */
  shape: [number, number, number, number];
  bias: Float32Array | null;
  window: Window;
  /** TensorFlow's name of it. */
  activation: string | null;
}

export const outputsOf = ({ kind, shape }: Convolution): number =>
  kind === 'Conv2D' ? shape[3] : shape[2] * shape[3];

/** The convolution whose result is this one's, times scale, plus shift, channel by channel. */
export function folded(by: Convolution, scale: Float32Array, shift: Float32Array): Convolution {
  const count = outputsOf(by);
  return {
    ...by,
    filters: by.filters.map((weight, i) => weight * scale[i % count]!),
    bias: shift.map((value, c) => value + (by.bias?.[c] ?? 0) * scale[c]!),
  };
}

/** In this order TensorFlow joins convolution, bias and activation into one operation. */
export function convolve(a: Arithmetic, of: Result, by: Convolution): Value {
  const parts = of.parts ?? [{ result: of, channels: of.channels }];
  if (!parts.some(({ result }) => result.doubled) || !fitsUpSampling(by)) {
    const filters = a.floats(by.shape, by.filters);
    return finish(a, a.convolve(by.kind, of.value(), filters, by.window), by);
  }
  const summands: Value[] = [];
  let from = 0;
  for (const { result, channels } of parts) {
    const part = inputsFrom(by, from, channels);
    from += channels;
    // Without other parts bias and activation come while the image is still small.
    if (parts.length === 1) return upSampledPart(a, result.doubled!.value(), part, (x) => finish(a, x, by));
    summands.push(
      result.doubled
        ? upSampledPart(a, result.doubled.value(), part, (x) => x)
        : a.convolve('Conv2D', result.value(), a.floats(part.shape, part.filters), by.window),
    );
  }
  const sum = summands.reduceRight((total, value) => a.one('AddV2', [value, total]));
  return finish(a, sum, by);
}

function finish(a: Arithmetic, x: Value, { bias, activation }: Convolution): Value {
  const biased = bias ? a.one('BiasAdd', [x, a.floats([bias.length], bias)]) : x;
  return activation ? a.one(activation, [biased]) : biased;
}

const fitsUpSampling = ({ kind, shape, window }: Convolution): boolean =>
  kind === 'Conv2D' &&
  shape[0] === 3 &&
  shape[1] === 3 &&
  window.padding === 'SAME' &&
  [...window.strides, ...(window.dilations ?? [])].every((step) => step === 1);

/** The weights of some of the input's channels. */
function inputsFrom(by: Convolution, from: number, count: number): Pick<Convolution, 'filters' | 'shape'> {
  const [kh, kw, inputs, outputs] = by.shape;
  const filters = new Float32Array(kh * kw * count * outputs);
  for (let tap = 0; tap < kh * kw; tap++) {
    const start = (tap * inputs + from) * outputs;
    filters.set(by.filters.subarray(start, start + count * outputs), tap * count * outputs);
  }
  return { filters, shape: [kh, kw, count, outputs] };
}
