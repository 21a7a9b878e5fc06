/** A convolution of what was doubled, computed before it is doubled, against the convolution itself. */
import { expect, test } from 'vitest';
import { CompiledFunction } from '../../../src-main/engine/compile/compiled-function.js';
import { DeviceVariables } from '../../../src-main/engine/compile/device-variables.js';
import { graphFunctions } from '../../../src-main/engine/compile/graph.js';
import { recordFunctions } from '../../../src-main/engine/compile/recording.js';
import { concatenate, convolutions, upSample } from '../../../src-main/engine/models/convolution.js';
import { tf, type Tensor, type Variable } from '../../../src-main/engine/tensorflow.js';

test.each([
  { name: 'alone', skip: false, bias: true, sides: [5, 7] },
  { name: 'beside another', skip: true, bias: true, sides: [1, 4] },
  { name: 'beside another, no bias', skip: true, bias: false, sides: [6, 3] },
])('$name: values and gradients, and nothing is doubled', ({ skip, bias, sides: [height, width] }) => {
  const half = tf.input({ shape: [null, null, 3] });
  const whole = tf.input({ shape: [null, null, 2] });
  const up = upSample(half, 'up');
  const conv = convolutions(4).conv(skip ? concatenate([up, whole], 'join') : up, 'conv', {
    filters: 4,
    bias,
  });
  const model = tf.model({ inputs: skip ? [half, whole] : half, outputs: conv });
  const variables = model.trainableWeights.map((weight) => (weight as unknown as { val: Variable }).val);
  variables.at(-1)!.assign(tf.randomNormal(variables.at(-1)!.shape, 0, 1, 'float32', 6));

  const work = ([x, y, weights]: Tensor[]): Tensor[] => {
    const loss = (...given: Tensor[]) => {
      const output = model.apply(skip ? given : given[0]!, { training: true }) as Tensor;
      return tf.sum(tf.mul(output, weights!)).asScalar();
    };
    const ofInputs = tf.grads(loss)(skip ? [x!, y!] : [x!]);
    const { value, grads } = tf.variableGrads(() => loss(x!, y!), variables);
    return [value, ...ofInputs, ...variables.map(({ name }) => grads[name]!)];
  };
  const inputs = [
    tf.randomNormal([2, height!, width!, 3], 0, 1, 'float32', 1),
    tf.randomNormal([2, 2 * height!, 2 * width!, 2], 0, 1, 'float32', 2),
    tf.randomNormal([2, 2 * height!, 2 * width!, 4], 0, 1, 'float32', 3),
  ];
  const device = new DeviceVariables();
  let found: Tensor[] = [];
  let compiled: CompiledFunction | undefined;
  const [recorded] = recordFunctions(() => {
    compiled = new CompiledFunction(graphFunctions()!, device, work);
    found = compiled.call(inputs);
  });
  const expected = work(inputs);
  expect(found).toHaveLength(expected.length);
  found.forEach((tensor, i) => {
    const [a, b] = [tensor.dataSync(), expected[i]!.dataSync()];
    expect(a).toHaveLength(b.length);
    a.forEach((value, at) => expect(Math.abs(value - b[at]!)).toBeLessThan(1e-4));
  });
  // What is joined is the kernel's gradient, of its two parts.
  const images = recorded!.body.filter((index) => recorded!.operations[index]!.outputs[0]?.shape?.[0] === 2);
  const kinds = images.map((index) => recorded!.operations[index]!.type);
  for (const gone of ['ResizeNearestNeighbor', 'AvgPool', 'ConcatV2', 'Slice'])
    expect(kinds).not.toContain(gone);
  expect(kinds).toContain('Conv2DBackpropInput');
  compiled!.dispose();
  device.dispose();
  model.dispose();
});
