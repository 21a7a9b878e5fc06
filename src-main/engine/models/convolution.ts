/** Convolutions with Keras' initialisers, each with a seed of its own. */
import { tf, type SymbolicTensor } from '../tensorflow.js';

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
      return layer.apply(x) as SymbolicTensor;
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
  tf.layers.upSampling2d({ name, size: [2, 2] }).apply(x) as SymbolicTensor;

export const maxPool = (x: SymbolicTensor, name: string) =>
  tf.layers.maxPooling2d({ name, poolSize: 2, strides: 2 }).apply(x) as SymbolicTensor;

export const concatenate = (xs: SymbolicTensor[], name: string) =>
  tf.layers.concatenate({ name, axis: -1 }).apply(xs) as SymbolicTensor;

export const addUp = (xs: SymbolicTensor[], name: string) =>
  tf.layers.add({ name }).apply(xs) as SymbolicTensor;
