import { expect, test } from 'vitest';
import { DeviceVariables } from '../../../src-main/engine/compile/device-variables.js';
import { MaybeCompiled } from '../../../src-main/engine/compile/maybe-compiled.js';
import { tf, type Tensor } from '../../../src-main/engine/tensorflow.js';

test('a function that no graph can be made of goes on as it is, with what graphs have written before', () => {
  tf.tidy(() => {
    const variables = new DeviceVariables();
    const sum = tf.variable(tf.scalar(1));
    const adds = new MaybeCompiled(variables, ([x]) => {
      sum.assign(tf.add(sum, x!));
      return [sum.clone()];
    });
    const reads = new MaybeCompiled(variables, ([x]) => {
      // A value is read, which a graph under construction has none of.
      const value = x!.dataSync()[0]!;
      return [tf.mul(sum, value)];
    });
    const valueOf = ([tensor]: Tensor[]) => tensor!.dataSync()[0];
    expect(valueOf(adds.call([tf.scalar(2)]))).toBe(3);
    expect(valueOf(reads.call([tf.scalar(10)]))).toBe(30);
    expect(valueOf(adds.call([tf.scalar(4)]))).toBe(7);
    expect(valueOf(reads.call([tf.scalar(10)]))).toBe(70);
    adds.dispose();
    reads.dispose();
    variables.dispose();
    sum.dispose();
  });
});
