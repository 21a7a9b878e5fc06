/** Convolutions with Keras' initialisers, each with a seed of its own. */
import { convolveDoubled, rememberDoubled, rememberJoined } from '../doubled.js';
import { tf, type Layer, type SymbolicTensor, type Tensor } from '../tensorflow.js';

export interface ConvolutionOptions {
  filters: number;
  kernel?: number;
  stride?: number;
  bias?: boolean;
  padding?: 'same' | 'valid';
  start?: 'glorotUniform' | 'heNormal';
  trainable?: boolean;
}

/** Makes convolution layers whose initial weights depend on `seed` and on the order of the calls. */
export function convolutions(seed: number) {
  let made = 0;
  const initializer = (start: 'glorotUniform' | 'heNormal') =>
    tf.initializers[start]({ seed: seed * 1009 + ++made });

  return {
    conv(x: SymbolicTensor, name: string, options: ConvolutionOptions): SymbolicTensor {
      const layer = tf.layers.conv2d({
        name,
        filters: options.filters,
        kernelSize: options.kernel ?? 3,
        strides: options.stride ?? 1,
        padding: options.padding ?? 'same',
        useBias: options.bias ?? true,
        kernelInitializer: initializer(options.start ?? 'glorotUniform'),
        trainable: options.trainable ?? true,
      });
      return (fits(options) ? viaHalf(layer) : layer).apply(x) as SymbolicTensor;
    },

    depthwise(
      x: SymbolicTensor,
      name: string,
      options: { stride: number; padding: 'same' | 'valid'; trainable: boolean },
    ): SymbolicTensor {
      const layer = tf.layers.depthwiseConv2d({
        name,
        kernelSize: 3,
        strides: options.stride,
        padding: options.padding,
        useBias: false,
        depthwiseInitializer: initializer('glorotUniform'),
        trainable: options.trainable,
      });
      return layer.apply(x) as SymbolicTensor;
    },
  };
}

export const upSample = (x: SymbolicTensor, name: string) =>
  also(tf.layers.upSampling2d({ name, size: [2, 2] }), (doubled, [half]) =>
    rememberDoubled(doubled, half!),
  ).apply(x) as SymbolicTensor;

export const maxPool = (x: SymbolicTensor, name: string) =>
  tf.layers.maxPooling2d({ name, poolSize: 2, strides: 2 }).apply(x) as SymbolicTensor;

export const concatenate = (xs: SymbolicTensor[], name: string) =>
  also(tf.layers.concatenate({ name, axis: -1 }), rememberJoined).apply(xs) as SymbolicTensor;

export const addUp = (xs: SymbolicTensor[], name: string) =>
  tf.layers.add({ name }).apply(xs) as SymbolicTensor;

const listOf = (inputs: Tensor | Tensor[]): Tensor[] => (Array.isArray(inputs) ? inputs : [inputs]);

/** Has `tell` know what the layer makes of what. */
function also(layer: Layer, tell: (output: Tensor, inputs: Tensor[]) => void): Layer {
  const call = layer.call.bind(layer);
  layer.call = (inputs, options) => {
    const output = call(inputs, options) as Tensor;
    tell(output, listOf(inputs));
    return output;
  };
  return layer;
}

const fits = ({ kernel = 3, stride = 1, padding = 'same' }: ConvolutionOptions): boolean =>
  kernel === 3 && stride === 1 && padding === 'same';

/** Has a layer compute from the image before it was doubled, where that is known. */
function viaHalf(layer: Layer): Layer {
  const call = layer.call.bind(layer);
  layer.call = (inputs, options) =>
    tf.tidy(() => {
      const [kernel, bias] = layer.weights.map((weight) => weight.read());
      const convolved = convolveDoubled(listOf(inputs)[0]!, kernel!);
      if (!convolved) return call(inputs, options);
      return bias ? tf.add(convolved, bias) : convolved;
    });
  return layer;
}
