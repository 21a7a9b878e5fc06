/** Functions of tfjs as TensorFlow graphs: variables, shapes, optimisers, and what cannot be traced. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CompiledFunction } from '../../../src-main/engine/compile/compiled-function.js';
import { DeviceVariables } from '../../../src-main/engine/compile/device-variables.js';
import { graphFunctions } from '../../../src-main/engine/compile/graph.js';
import '../../../src-main/engine/operations.js';
import { backend, tf, type Tensor, type Variable } from '../../../src-main/engine/tensorflow.js';

let variables: DeviceVariables;
beforeEach(() => {
  tf.engine().startScope();
  variables = new DeviceVariables();
});
afterEach(() => {
  variables.dispose();
  tf.disposeVariables();
  tf.engine().endScope();
});

const message = { name: 'message', type: backend.binding.TF_ATTR_STRING, value: 'was run' };
const compile = (work: (inputs: Tensor[]) => Tensor[]) =>
  new CompiledFunction(graphFunctions()!, variables, work);
const numbers = (tensor: Tensor) => [...tensor.dataSync()];

describe('a compiled function', () => {
  test('computes what the function computes, for other values without a new trace', () => {
    let runs = 0;
    const compiled = compile(([a, b]) => {
      runs++;
      return [tf.add(tf.mul(a!, 2), b!), tf.sum(a!)];
    });
    const call = (a: number[], b: number) =>
      compiled.call([tf.tensor1d(a), tf.scalar(b)]).map((tensor) => numbers(tensor));
    expect(call([1, 2, 3], 10)).toEqual([[12, 14, 16], [6]]);
    expect(call([4, 5, 6], 1)).toEqual([[9, 11, 13], [15]]);
    expect(runs).toBe(1);
  });

  test('is traced once more for other shapes and keeps both graphs', () => {
    const compiled = compile(([x]) => [tf.mean(x!)]);
    expect(numbers(compiled.call([tf.tensor1d([1, 3])])[0]!)).toEqual([2]);
    expect(numbers(compiled.call([tf.tensor2d([1, 2, 3, 6], [2, 2])])[0]!)).toEqual([3]);
    expect(numbers(compiled.call([tf.tensor1d([5, 7])])[0]!)).toEqual([6]);
    expect(compiled.traced).toBe(2);
  });

  test('writes variables on the device, in the order of the program', () => {
    const counter = tf.variable(tf.scalar(1));
    const sum = tf.variable(tf.tensor1d([0, 0]), false);
    const compiled = compile(([x]) => {
      counter.assign(tf.add(counter, 1));
      sum.assign(tf.add(sum, tf.mul(x!, counter)));
      counter.assign(tf.mul(counter, 2));
      return [counter.clone()];
    });
    const results = [1, 2, 3].map((x) => numbers(compiled.call([tf.scalar(x)])[0]!)[0]);
    expect(results).toEqual([4, 10, 22]);
    expect(numbers(counter)).toEqual([1]);
    variables.pull();
    expect(numbers(counter)).toEqual([22]);
    expect(numbers(sum)).toEqual([2 + 10 + 33, 2 + 10 + 33]);
  });

  test('sees what was assigned to a variable between two calls', () => {
    const weight = tf.variable(tf.scalar(3));
    const compiled = compile(([x]) => {
      const result = tf.mul(x!, weight);
      weight.assign(tf.add(weight, 1));
      return [result];
    });
    const call = () => numbers(compiled.call([tf.scalar(1)])[0]!)[0];
    expect([call(), call()]).toEqual([3, 4]);
    weight.assign(tf.scalar(100));
    expect([call(), call()]).toEqual([100, 101]);
    variables.pull();
    expect(numbers(weight)).toEqual([102]);
  });

  test('tells apart two variables that hold the same values', () => {
    const start = tf.scalar(1);
    const [a, b] = [tf.variable(start), tf.variable(start)];
    const compiled = compile(() => {
      a.assign(tf.add(a, 1));
      b.assign(tf.mul(b, 3));
      return [tf.stack([a, b])];
    });
    compiled.call([]);
    expect(numbers(compiled.call([])[0]!)).toEqual([3, 9]);
  });

  test('gives back an input and a variable as they are', () => {
    const weight = tf.variable(tf.scalar(5));
    const compiled = compile(([x]) => [x!, weight]);
    expect(compiled.call([tf.scalar(2)]).map((tensor) => numbers(tensor))).toEqual([[2], [5]]);
  });

  test('keeps the number of tensors and of handles through a thousand calls', () => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const compiled = compile(([x]) => {
      weight.assign(tf.add(weight, x!));
      return [tf.sum(weight)];
    });
    const call = () => tf.tidy(() => compiled.call([tf.scalar(1)])[0]!.dataSync()[0]);
    call();
    const handles = () => (backend as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();
    const before = [tf.memory().numTensors, handles()];
    for (let i = 0; i < 1000; i++) call();
    expect([tf.memory().numTensors, handles()]).toEqual(before);
    expect(call()).toBe(3 + 2 * 1002);
  });

  test('takes a small tensor from outside as a constant and lets it live', () => {
    const outside = tf.tensor1d([1, 2]);
    const compiled = compile(([x]) => [tf.add(outside, x!)]);
    expect(numbers(compiled.call([tf.scalar(1)])[0]!)).toEqual([2, 3]);
    expect(numbers(tf.neg(outside))).toEqual([-1, -2]);
  });

  test('leaves out what no output needs', () => {
    const compiled = compile(([x]) => {
      backend.executeSingleOutput('CheckNumerics', [message], [tf.div(x!, 0)]);
      return [tf.neg(x!)];
    });
    expect(numbers(compiled.call([tf.scalar(2)])[0]!)).toEqual([-2]);
  });
});

describe.each([
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['adam', () => tf.train.adam(0.1)],
  ['rmsprop', () => tf.train.rmsprop(0.1)],
] as const)("tfjs's own optimiser %s", (_, make) => {
  test('takes the same steps in a graph', () => {
    const course = (compiled: boolean): number[] => {
      const weight: Variable = tf.variable(tf.tensor1d([1, -2, 3]));
      const optimiser = make();
      const step = ([x]: Tensor[]) => [
        optimiser.minimize(() => tf.sum(tf.square(tf.sub(weight, x!))).asScalar(), true, [weight])!,
      ];
      // The first step makes the optimiser's variables.
      step([tf.tensor1d([0, 0, 0])]);
      const run = compiled ? compile(step) : { call: step };
      for (let i = 1; i < 6; i++) run.call([tf.tensor1d([i, -i, 2 * i])]);
      variables.pull();
      return numbers(weight);
    };
    const eager = course(false);
    course(true).forEach((value, i) => expect(value).toBeCloseTo(eager[i]!, 5));
  });
});

describe('what cannot be traced is named, and the variables are as they were', () => {
  const weight = () => tf.variable(tf.tensor1d([1, 2]));
  test.each<[string, (w: Variable, x: Tensor) => Tensor, RegExp]>([
    ['a value that is read', (w, x) => (tf.exp(x).dataSync()[0]! > 0 ? w : x), /reads the value of Exp/],
    ['a size that depends on values', () => where(), /size of what Where gives/],
    ['a variable that is made', () => tf.variable(tf.scalar(1)), /is made in it/],
    ['an operation that TensorFlow does not know', () => unknown(), /refuses NoSuchOperation/],
  ])('%s', (_, work, message) => {
    const w = weight();
    const before = tf.memory().numTensors;
    const compiled = compile(([x]) => {
      w.assign(tf.mul(w, 2));
      return [work(w, x!)];
    });
    const x = tf.tensor1d([1, 1]);
    expect(() => compiled.call([x])).toThrow(message);
    x.dispose();
    expect(numbers(w)).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 1);
    // tfjs works on as before.
    expect(numbers(tf.add(w, 1))).toEqual([2, 3]);
  });

  const where = () =>
    backend.executeSingleOutput('Where', [], [tf.greater(tf.tensor1d([1, 0]), tf.scalar(0))]);
  const unknown = () => backend.executeSingleOutput('NoSuchOperation', [], []);

  test('a large tensor from outside must be an input', () => {
    const outside = tf.exp(tf.zeros([1000]));
    const compiled = compile(([x]) => [tf.add(outside, x!)]);
    expect(() => compiled.call([tf.scalar(1)])).toThrow(/Add takes a tensor \[1000\]/);
  });
});
