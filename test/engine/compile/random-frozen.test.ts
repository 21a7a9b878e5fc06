/** Random small networks with folded and constant weights against the same operation by operation. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForwardPass } from '../../../src-main/engine/forward-pass.js';
import {
  activation,
  batchNorm,
  depthToSpace,
  dropout,
  spaceToDepth,
} from '../../../src-main/engine/layers.js';
import '../../../src-main/engine/operations.js';
import { AS_IT_IS } from '../../../src-main/engine/predict-tile.js';
import { tf, type SymbolicTensor } from '../../../src-main/engine/tensorflow.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { largestDifference, livenWeights } from '../../parity/network-weights.js';

type Part = (x: SymbolicTensor, name: string) => SymbolicTensor;
type Convolution = Parameters<typeof tf.layers.conv2d>[0];

const convolution =
  (options: Partial<Convolution> = {}): Part =>
  (x, name) =>
    tf.layers
      .conv2d({ name, filters: 4, kernelSize: 3, padding: 'same', ...options })
      .apply(x) as SymbolicTensor;
const normalised: Part = (x, name) => batchNorm(x, `${name}_bn`, { momentum: 0.9 });
const doubled: Part = (x, name) =>
  tf.layers.upSampling2d({ name: `${name}_up`, size: [2, 2] }).apply(x) as SymbolicTensor;
const halved: Part = (x, name) =>
  tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2 }).apply(x) as SymbolicTensor;
const joined = (x: SymbolicTensor, y: SymbolicTensor, name: string) =>
  tf.layers.concatenate({ name: `${name}_both`, axis: -1 }).apply([x, y]) as SymbolicTensor;

const PARTS: Record<string, Part> = {
  convolution: convolution(),
  'without bias': convolution({ useBias: false }),
  'with activation': convolution({ activation: 'relu' }),
  'of one pixel': convolution({ kernelSize: 1 }),
  dilated: convolution({ dilationRate: 2 }),
  depthwise: (x, name) =>
    tf.layers
      .depthwiseConv2d({ name, kernelSize: 3, padding: 'same', depthMultiplier: 2 })
      .apply(x) as SymbolicTensor,
  normalised,
  relu: (x, name) => activation(x, name, 'relu'),
  relu6: (x, name) => activation(x, name, 'relu6'),
  tanh: (x, name) => activation(x, name, 'tanh'),
  dropout: (x, name) => dropout(x, name, 0.5),
  'doubled and halved': (x, name) => halved(doubled(x, name), name),
  'doubled, convolved and halved': (x, name) => halved(convolution()(doubled(x, name), name), name),
  'coarse beside fine': (x, name) => convolution()(joined(x, doubled(halved(x, name), name), name), name),
  'coarse beside fine, normalised': (x, name) =>
    activation(
      normalised(
        convolution({ useBias: false })(joined(doubled(halved(x, name), name), x, name), name),
        name,
      ),
      `${name}_relu`,
      'relu',
    ),
  'halved by stride': (x, name) => doubled(convolution({ strides: 2 })(x, name), name),
  padded: (x, name) =>
    convolution({ padding: 'valid' })(
      tf.layers
        .zeroPadding2d({
          name: `${name}_pad`,
          padding: [
            [1, 1],
            [1, 1],
          ],
        })
        .apply(x) as SymbolicTensor,
      name,
    ),
  residual: (x, name) => {
    const y = convolution()(x, name);
    const z = convolution({ name: `${name}_2` })(y, name);
    return tf.layers.add({ name: `${name}_add` }).apply([y, z]) as SymbolicTensor;
  },
  'taken twice': (x, name) => {
    const y = convolution()(x, name);
    return joined(y, normalised(y, name), name);
  },
  'in blocks': (x, name) => depthToSpace(spaceToDepth(x, `${name}_to`), `${name}_from`),
};

test('frozen networks give what the layers give', () => {
  let nth = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Object.keys(PARTS)), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 1000 }),
      (names, seed) => {
        nth++;
        const input = tf.input({ shape: [null, null, 2] });
        let x: SymbolicTensor = input;
        names.forEach((name, i) => (x = PARTS[name]!(x, `n${nth}_p${i}`)));
        const output = convolution({ filters: 3, kernelSize: 1, name: `n${nth}_logits` })(x, '');
        const model = tf.model({ inputs: input, outputs: output });
        livenWeights(model, seed);
        const random = randomFor(seed, 0);
        const classes = [1, 2, 3].map((value) => ({ value, name: `${value}`, color: '#000000' }));
        const pass = new ForwardPass(model, classes, { compiled: true });
        const eager = new ForwardPass(model, classes, { compiled: false });
        for (const [height, width] of [
          [8, 12],
          [16, 4],
        ] as const) {
          const values = Float32Array.from({ length: height * width * 2 }, () => random.normal());
          const pixels = { values, shape: [height, width, 2] as const, maps: [AS_IT_IS, AS_IT_IS] };
          const difference = largestDifference(pass.probabilities(pixels), eager.probabilities(pixels));
          expect(difference).toBeLessThan(1e-5);
        }
        expect(pass.eagerBecause).toBeNull();
        pass.dispose();
        model.dispose();
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});
