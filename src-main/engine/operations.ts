/**
 * TensorFlow's own fused operations and gradients behind the tfjs API.
 *
 * tfjs-node composes several gradients from many small operations, or computes them in JavaScript. Registering the
 * kernels that TensorFlow's Python API uses makes an eager training step 1.6–2 times faster and changes no result
 * beyond rounding. Importing this file registers them.
 */
import { traceUnderWay } from './compile/trace.js';
import { backend, tf, type Attribute, type Tensor, type Variable } from './tensorflow.js';

const { binding } = backend;

export const typeAttribute = (name: string, value = binding.TF_FLOAT): Attribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value,
});
const text = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value });
const float = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_FLOAT, value });
const integers = (name: string, value: number | number[]): Attribute => ({
  name,
  type: binding.TF_ATTR_INT,
  value,
});
const flag = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });

const NHWC = text('data_format', 'NHWC');
const T = typeAttribute('T');

const one = (name: string, attributes: Attribute[], inputs: Tensor[]) =>
  backend.executeSingleOutput(name, attributes, inputs);
const many = (name: string, attributes: Attribute[], inputs: Tensor[], count: number) =>
  backend.executeMultipleOutputs(name, attributes, inputs, count);

function replaceGradient(
  kernelName: string,
  config: Omit<Parameters<typeof tf.registerGradient>[0], 'kernelName'>,
) {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...config });
}

// tfjs takes eight operations and keeps the input alive; TensorFlow's takes the output.
for (const kernelName of ['Relu', 'Relu6'])
  replaceGradient(kernelName, {
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => one(`${kernelName}Grad`, [T], [dy as Tensor, y!]) }),
  });

// [N,H,W,C] + [C] is BiasAdd, whose gradient is one reduction.
const isBias = (x: Tensor, bias: Tensor) =>
  x.shape.length === 4 && bias.shape.length === 1 && bias.shape[0] === x.shape[3] && x.dtype === 'float32';
const addKernel = tf.getKernel('Add', 'tensorflow').kernelFunc;
const addGradient = tf.getGradient('Add').gradFunc;
tf.unregisterKernel('Add', 'tensorflow');
tf.registerKernel({
  kernelName: 'Add',
  backendName: 'tensorflow',
  kernelFunc: (args) => {
    const { a, b } = args.inputs as { a: Tensor; b: Tensor };
    return isBias(a, b) ? one('BiasAdd', [T, NHWC], [a, b]) : addKernel(args);
  },
});
replaceGradient('Add', {
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved, attributes) => {
    const [a, b] = saved as [Tensor, Tensor];
    if (!isBias(a, b)) return addGradient(dy, saved, attributes);
    return { a: () => (dy as Tensor).clone(), b: () => one('BiasAddGrad', [T, NHWC], [dy as Tensor]) };
  },
});

// TensorFlow's ResizeNearestNeighborGrad is serial on the CPU; for whole factors it is a sum over blocks.
const nearestGradient = tf.getGradient('ResizeNearestNeighbor').gradFunc;
replaceGradient('ResizeNearestNeighbor', {
  inputsToSave: ['images'],
  gradFunc: (given, saved, attributes) => {
    const dy = given as Tensor;
    const [x] = saved as [Tensor];
    const [kh, kw] = [dy.shape[1]! / x.shape[1]!, dy.shape[2]! / x.shape[2]!];
    if (!Number.isInteger(kh) || !Number.isInteger(kw)) return nearestGradient(given, saved, attributes);
    const window = [1, kh, kw, 1];
    return {
      images: () =>
        tf.mul(
          one(
            'AvgPool',
            [T, integers('ksize', window), integers('strides', window), text('padding', 'VALID'), NHWC],
            [dy],
          ),
          kh * kw,
        ),
    };
  },
});

/**
 * Batch normalisation over the batch's own statistics.
 * @param x [N,H,W,C]; gamma, beta [C].
 * @param onStatistics receives mean and biased variance of the batch, [C] each; dispose nothing, they are in the tidy.
 */
export function batchNormTraining(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
  onStatistics: (mean: Tensor, variance: Tensor) => void,
): Tensor {
  const attributes = [T, typeAttribute('U'), float('epsilon', epsilon), NHWC, flag('is_training', true)];
  const values = x.size / x.shape[3]!;
  const normalise = tf.customGrad((...args: unknown[]) => {
    const [input, scale, shift, save] = args as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const none = tf.tensor1d([], 'float32');
    const outputs = many(
      'FusedBatchNormV3',
      [...attributes, float('exponential_avg_factor', 1)],
      [input, scale, shift, none, none],
      6,
    );
    const [y, mean, unbiased, r1, r2, r3] = outputs as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    // Keras 3 keeps the biased variance; TensorFlow's fused kernel returns the unbiased one.
    onStatistics(mean, tf.mul(unbiased, (values - 1) / values));
    save([input, scale, r1, r2, r3]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        many('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3),
    };
  });
  return normalise(x, gamma, beta);
}

/** Batch normalisation with given statistics, [C] each. */
export function batchNormInference(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
): Tensor {
  const attributes = [
    T,
    typeAttribute('U'),
    float('epsilon', epsilon),
    NHWC,
    flag('is_training', false),
    float('exponential_avg_factor', 1),
  ];
  const outputs = many('FusedBatchNormV3', attributes, [x, gamma, beta, mean, variance], 6);
  outputs.slice(1).forEach((tensor) => tensor.dispose());
  return outputs[0]!;
}

/**
 * Cross entropy of each pixel.
 * @param logits [P,C] float32; labels [P] int32, 0 … C−1.
 * @returns [P], natural logarithm.
 */
export function sparseCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const entropy = tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const [losses, gradient] = many(
      'SparseSoftmaxCrossEntropyWithLogits',
      [T, typeAttribute('Tlabels', binding.TF_INT32)],
      [x, labels],
      2,
    ) as [Tensor, Tensor];
    save([gradient]);
    return {
      value: losses,
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0]!, tf.expandDims(dy, 1)),
    };
  });
  return entropy(logits);
}

/** values[index] for each index; tf.gather would read the indices back to check them. Has no gradient. */
export function valuesAt(values: Tensor, indices: Tensor): Tensor {
  const int32 = binding.TF_INT32;
  const attributes = [
    typeAttribute('Tparams'),
    typeAttribute('Tindices', int32),
    typeAttribute('Taxis', int32),
  ];
  return one('GatherV2', attributes, [values, indices, tf.scalar(0, 'int32')]);
}

/**
 * Drops values with the given probability and scales the rest by 1 / (1 − rate).
 * @param key [2] int32; equal keys give equal masks, whatever ran before.
 */
export function seededDropout(x: Tensor, rate: number, key: Tensor): Tensor {
  const drop = tf.customGrad((...args: unknown[]) => {
    const [input, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const mask = keepMask(input.shape, rate, key);
    save([mask]);
    const masked = (t: Tensor, keep: Tensor) =>
      one('SelectV2', [T], [keep, tf.mul(t, 1 / (1 - rate)), tf.scalar(0)]);
    return { value: masked(input, mask), gradFunc: (dy: Tensor, saved: Tensor[]) => masked(dy, saved[0]!) };
  });
  return drop(x);
}

// Sixteen random bits a value rather than a float: half the work. uint16 is no type of tfjs, hence handles.
function keepMask(shape: number[], rate: number, key: Tensor): Tensor {
  const UINT16 = 17;
  // Not the one of the module: a trace stands in for it.
  const { binding } = backend;
  const int32 = binding.TF_INT32;
  const size = shape.reduce((product, side) => product * side, 1);
  const handleOf = (tensor: Tensor) => backend.getInputTensorIds([tensor])[0]!;
  const vector = (values: readonly number[]) => handleOf(tf.tensor1d([...values], 'int32'));
  const run = (name: string, attributes: Attribute[], inputs: number[]) =>
    binding.executeOp(name, attributes, inputs, 1)[0]!;

  const random = run(
    'StatelessRandomUniformFullInt',
    [typeAttribute('T', int32), typeAttribute('Tseed', int32), typeAttribute('dtype', int32)],
    [vector([Math.ceil(size / 2)]), handleOf(key)],
  );
  const halves = run('Bitcast', [typeAttribute('T', int32), typeAttribute('type', UINT16)], [random.id]);
  const flat = run(
    'Reshape',
    [typeAttribute('T', UINT16), typeAttribute('Tshape', int32)],
    [halves.id, vector([-1])],
  );
  const exact = run(
    'Slice',
    [typeAttribute('T', UINT16), typeAttribute('Index', int32)],
    [flat.id, vector([0]), vector([size])],
  );
  const shaped = run(
    'Reshape',
    [typeAttribute('T', UINT16), typeAttribute('Tshape', int32)],
    [exact.id, vector(shape)],
  );
  const threshold = run(
    'Cast',
    [typeAttribute('SrcT', int32), typeAttribute('DstT', UINT16), flag('Truncate', false)],
    [handleOf(tf.scalar(Math.round(rate * 65536), 'int32'))],
  );
  const mask = run('GreaterEqual', [typeAttribute('T', UINT16)], [shaped.id, threshold.id]);
  for (const handle of [random, halves, flat, exact, shaped, threshold]) binding.deleteTensor(handle.id);
  return backend.createOutputTensor(mask);
}

export interface AdamStep {
  beta1: number | Tensor;
  beta2: number | Tensor;
  epsilon: number;
  /** Learning rate with the bias of both moments corrected, a scalar. */
  rate: Tensor;
}

/**
 * first ← β₁ · first + (1 − β₁) · gradient, second ← β₂ · second + (1 − β₂) · gradient²,
 * parameters ← parameters − rate · first / (√second + ε). All of one shape.
 */
export function applyAdam(
  parameters: Variable,
  first: Variable,
  second: Variable,
  gradient: Tensor,
  { beta1, beta2, epsilon, rate }: AdamStep,
): void {
  const trace = traceUnderWay();
  if (trace) {
    // One pass over memory. It corrects the bias itself: powers of zero say that there is none left.
    const scalars = [0, 0, rate, beta1, beta2, epsilon].map((value) =>
      typeof value === 'number' ? tf.scalar(value) : value,
    );
    trace.inPlace('ResourceApplyAdam', [T], [parameters, first, second], [...scalars, gradient]);
    return;
  }
  tf.tidy(() => {
    first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, tf.sub(1, beta1))));
    second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), tf.sub(1, beta2))));
    parameters.assign(tf.sub(parameters, tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), rate)));
  });
}

/** variable ← variable − change, both of one shape. */
export function subtractInPlace(variable: Variable, change: Tensor): void {
  const trace = traceUnderWay();
  if (trace) trace.inPlace('AssignSubVariableOp', [typeAttribute('dtype')], [variable], [change]);
  else tf.tidy(() => variable.assign(tf.sub(variable, change)));
}
