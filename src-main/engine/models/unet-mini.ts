/** The Keras tutorial's mini_unet: 471,586 parameters with three channels and two classes. */
import { activation, dropout } from '../layers.js';
import { tf, type SymbolicTensor } from '../tensorflow.js';
import { concatenate, convolutions, maxPool, upSample } from './convolution.js';
import type { Network, NetworkOptions } from './network.js';

export function unetMini({
  classes,
  channels,
  seed,
  dropout: rate = 0.2,
  activation: act = 'relu',
}: NetworkOptions): Network {
  const { conv } = convolutions(seed);
  const block = (x: SymbolicTensor, name: string, filters: number) => {
    x = activation(conv(x, `${name}_conv1`, { filters }), `${name}_relu1`, act);
    x = dropout(x, `${name}_drop`, rate);
    return activation(conv(x, `${name}_conv2`, { filters }), `${name}_relu2`, act);
  };

  const input = tf.input({ shape: [null, null, channels], name: 'image' });
  const a = block(input, 'block1', 32);
  const b = block(maxPool(a, 'pool1'), 'block2', 64);
  let x = block(maxPool(b, 'pool2'), 'block3', 128);
  x = block(concatenate([upSample(x, 'up1'), b], 'concat1'), 'block4', 64);
  x = block(concatenate([upSample(x, 'up2'), a], 'concat2'), 'block5', 32);
  const logits = conv(x, 'logits', { filters: classes, kernel: 1 });
  return { model: tf.model({ inputs: input, outputs: logits, name: 'unet-mini' }), multipleOf: 4 };
}
