/**
 * MobileNet-v1 (Howard et al. 2017, arXiv:1704.04861), α = 1, as keras.applications has it, up to block 11: the U-Net
 * takes its four feature maps from there. Layer names are Keras', so that ImageNet weights load by name.
 */
import { activation, batchNorm } from '../layers.js';
import { tf, type SymbolicTensor } from '../tensorflow.js';
import { convolutions } from './convolution.js';
import type { NetworkOptions } from './network.js';

/** Filters and stride of blocks 1 … 11. */
const BLOCKS: readonly [filters: number, stride: number][] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
];

/** The blocks whose outputs are skip connections, at ½, ¼, ⅛ and 1⁄16 of the input. */
const FEATURES = [1, 3, 5, 11];

/** Feature maps f1 … f4 of `input`. */
export function mobilenetFeatures(
  input: SymbolicTensor,
  {
    seed,
    padding = 'same',
    bnMomentum = 0.99,
    freezeEncoder = false,
    activation: act = 'relu6',
  }: NetworkOptions,
): SymbolicTensor[] {
  const { conv, depthwise } = convolutions(seed);
  const trainable = !freezeEncoder;
  const normalise = (x: SymbolicTensor, name: string) =>
    activation(batchNorm(x, `${name}_bn`, { momentum: bnMomentum, trainable }), `${name}_relu`, act);
  // The tutorial pads every depthwise convolution by one pixel all round, which for stride 1 is the same as `same`.
  const symmetric = (x: SymbolicTensor, name: string) =>
    tf.layers
      .zeroPadding2d({
        name,
        padding: [
          [1, 1],
          [1, 1],
        ],
      })
      .apply(x) as SymbolicTensor;
  const strided = (x: SymbolicTensor, name: string, stride: number) =>
    stride === 2 && padding === 'symmetric'
      ? { x: symmetric(x, name), padding: 'valid' as const }
      : { x, padding: 'same' as const };

  const first = strided(input, 'conv1_pad', 2);
  let x = conv(first.x, 'conv1', { filters: 32, stride: 2, bias: false, padding: first.padding, trainable });
  x = normalise(x, 'conv1');
  const features: SymbolicTensor[] = [];
  BLOCKS.forEach(([filters, stride], index) => {
    const block = index + 1;
    const padded = strided(x, `conv_pad_${block}`, stride);
    x = depthwise(padded.x, `conv_dw_${block}`, { stride, padding: padded.padding, trainable });
    x = normalise(x, `conv_dw_${block}`);
    x = conv(x, `conv_pw_${block}`, { filters, kernel: 1, bias: false, trainable });
    x = normalise(x, `conv_pw_${block}`);
    if (FEATURES.includes(block)) features.push(x);
  });
  return features;
}
