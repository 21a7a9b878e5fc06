/**
 * The default: a small residual U-Net whose first and last layers work at half resolution (space to depth), so that a
 * step is cheap on a CPU. 882,824 parameters with one channel and two classes.
 */
import { activation, batchNorm, depthToSpace, spaceToDepth } from '../layers.js';
import { tf, type SymbolicTensor } from '../tensorflow.js';
import { addUp, convolutions, upSample } from './convolution.js';
import type { Network, NetworkOptions } from './network.js';

/** Filters at half the input's resolution; twice as many at each level below. */
const FILTERS = 32;
/** Filters are a multiple of this, as vector instructions want them. */
const LANES = 8;

export function unetQuick({
  classes,
  channels,
  seed,
  bnMomentum = 0.9,
  width = 1,
  depth = 3,
  activation: act = 'relu',
}: NetworkOptions): Network {
  const filtersAt = (level: number) =>
    LANES * Math.max(1, Math.round((width * FILTERS * 2 ** (level - 1)) / LANES));
  const { conv } = convolutions(seed);
  const convBn = (x: SymbolicTensor, name: string, filters: number, kernel = 3, stride = 1) =>
    batchNorm(
      conv(x, `${name}_conv`, { filters, kernel, stride, bias: false, start: 'heNormal' }),
      `${name}_bn`,
      {
        momentum: bnMomentum,
      },
    );
  const convBnRelu = (x: SymbolicTensor, name: string, filters: number, stride = 1) =>
    activation(convBn(x, name, filters, 3, stride), `${name}_relu`, act);
  // γ of the second normalisation starts at zero, so that each block starts as the identity.
  const residual = (x: SymbolicTensor, name: string, filters: number) => {
    let y = conv(x, `${name}_conv1`, { filters, bias: false, start: 'heNormal' });
    y = activation(batchNorm(y, `${name}_bn1`, { momentum: bnMomentum }), `${name}_relu1`, act);
    y = conv(y, `${name}_conv2`, { filters, bias: false, start: 'heNormal' });
    y = batchNorm(y, `${name}_bn2`, { momentum: bnMomentum, gammaStart: 'zeros' });
    return activation(addUp([x, y], `${name}_add`), `${name}_relu2`, act);
  };
  const merge = (x: SymbolicTensor, skip: SymbolicTensor, level: number, filters: number) => {
    const up = upSample(convBn(x, `up${level}`, filters, 1), `up${level}_nearest`);
    return activation(addUp([up, skip], `up${level}_add`), `up${level}_relu`, act);
  };

  const input = tf.input({ shape: [null, null, channels], name: 'image' });
  let x = convBnRelu(spaceToDepth(input, 'space_to_depth'), 'stem', filtersAt(1));
  x = residual(x, 'enc1_res1', filtersAt(1));
  const skips = [x];
  for (let level = 2; level <= depth; level++) {
    const filters = filtersAt(level);
    x = residual(convBnRelu(x, `down${level}`, filters, 2), `enc${level}_res1`, filters);
    skips.push(x);
  }
  x = residual(x, `enc${depth}_res2`, filtersAt(depth));
  for (let level = depth - 1; level >= 1; level--) {
    const filters = filtersAt(level);
    x = residual(merge(x, skips[level - 1]!, level, filters), `dec${level}_res1`, filters);
  }
  const logits = depthToSpace(conv(x, 'logits', { filters: 4 * classes, kernel: 1 }), 'depth_to_space');
  return { model: tf.model({ inputs: input, outputs: logits, name: 'unet-quick' }), multipleOf: 2 ** depth };
}
