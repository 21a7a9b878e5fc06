/** The Keras tutorial's mobilenet_unet: a MobileNet-v1 encoder and a decoder of convolution, ReLU, BatchNorm, in this order. */
import { activation, batchNorm } from '../layers.js';
import { tf, type SymbolicTensor } from '../tensorflow.js';
import { concatenate, convolutions, upSample } from './convolution.js';
import { mobilenetFeatures } from './mobilenet.js';
import type { Network, NetworkOptions } from './network.js';

export function unetMobilenet(options: NetworkOptions): Network {
  const { classes, channels, seed, bnMomentum = 0.99 } = options;
  // Another seed than the encoder's, whose layers count from the same start.
  const { conv } = convolutions(seed + 1_000_003);
  const stage = (x: SymbolicTensor, number: number, filters: number) => {
    x = conv(x, `decoder${number}_conv`, { filters });
    x = activation(x, `decoder${number}_relu`, options.activation ?? 'relu');
    return batchNorm(x, `decoder${number}_bn`, { momentum: bnMomentum });
  };

  const input = tf.input({ shape: [null, null, channels], name: 'image' });
  const [f1, f2, f3, f4] = mobilenetFeatures(input, options) as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
  ];
  let x = stage(f4, 1, 512);
  x = stage(concatenate([upSample(x, 'up1'), f3], 'concat1'), 2, 256);
  x = stage(concatenate([upSample(x, 'up2'), f2], 'concat2'), 3, 128);
  x = stage(concatenate([upSample(x, 'up3'), f1], 'concat3'), 4, 128);
  x = stage(upSample(x, 'up4'), 5, 64);
  const logits = conv(x, 'logits', { filters: classes });
  return { model: tf.model({ inputs: input, outputs: logits, name: 'unet-mobilenet' }), multipleOf: 32 };
}
