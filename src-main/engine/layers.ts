/** Layers that tfjs-layers lacks or computes slowly. Weight names and meanings are those of Keras. */
import type { ActivationName } from '../shared/network-graph.js';
import { batchNormInference, batchNormTraining, seededDropout } from './operations.js';
import { tf, type SymbolicTensor, type Tensor } from './tensorflow.js';

type Shape = (number | null)[];
type CallOptions = { training?: boolean };
type LayerVariable = ReturnType<InstanceType<typeof tf.layers.Layer>['addWeight']>;

const single = (inputs: Tensor | Tensor[]): Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);
const singleShape = (shape: Shape | Shape[]): Shape =>
  Array.isArray(shape[0]) ? shape[0] : (shape as Shape);

class Activation extends tf.layers.Layer {
  static readonly className = 'Activation';

  constructor(
    name: string,
    readonly activation: ActivationName,
  ) {
    super({ name });
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf[this.activation](single(inputs));
  }
}

/** Keras' BatchNormalization over the last axis, biased variance, ε inside the square root. */
export class BatchNormalization extends tf.layers.Layer {
  static readonly className = 'BatchNormalization';
  private gamma!: LayerVariable;
  private beta!: LayerVariable;
  private movingMean!: LayerVariable;
  private movingVariance!: LayerVariable;

  constructor(
    name: string,
    /** moving = momentum · moving + (1 − momentum) · batch; may be changed between calls. */
    public momentum: number | Tensor,
    readonly epsilon: number,
    private readonly gammaStart: 'ones' | 'zeros',
    trainable: boolean,
  ) {
    super({ name, trainable });
  }

  override build(given: Shape | Shape[]): void {
    const channels = [singleShape(given).at(-1)!];
    this.gamma = this.addWeight('gamma', channels, 'float32', tf.initializers[this.gammaStart]());
    this.beta = this.addWeight('beta', channels, 'float32', tf.initializers.zeros());
    this.movingMean = this.addWeight(
      'moving_mean',
      channels,
      'float32',
      tf.initializers.zeros(),
      undefined,
      false,
    );
    this.movingVariance = this.addWeight(
      'moving_variance',
      channels,
      'float32',
      tf.initializers.ones(),
      undefined,
      false,
    );
    this.built = true;
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }

  override call(inputs: Tensor | Tensor[], { training }: CallOptions): Tensor {
    const x = single(inputs);
    const [gamma, beta] = [this.gamma.read(), this.beta.read()];
    // A frozen layer keeps its statistics and normalises with them, as in Keras.
    if (!training || !this.trainable)
      return batchNormInference(
        x,
        gamma,
        beta,
        this.movingMean.read(),
        this.movingVariance.read(),
        this.epsilon,
      );
    return batchNormTraining(x, gamma, beta, this.epsilon, (mean, variance) => {
      this.move(this.movingMean, mean);
      this.move(this.movingVariance, variance);
    });
  }

  private move(moving: LayerVariable, batch: Tensor): void {
    const old = moving.read();
    moving.write(tf.add(tf.mul(old, this.momentum), tf.mul(batch, tf.sub(1, this.momentum))));
  }
}

/** Dropout whose mask depends on `key` alone, so that a resumed run draws the same masks. */
export class SeededDropout extends tf.layers.Layer {
  static readonly className = 'Dropout';
  /** [2] int32, set before each training step; null stands for zeros. */
  key: Tensor | null = null;

  constructor(
    name: string,
    private readonly rate: number,
  ) {
    super({ name });
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }

  override call(inputs: Tensor | Tensor[], { training }: CallOptions): Tensor {
    const x = single(inputs);
    if (!training || this.rate === 0) return x.clone();
    return tf.tidy(() => seededDropout(x, this.rate, this.key ?? tf.zeros([2], 'int32')));
  }
}

/** [N,H,W,C] → [N,H/2,W/2,4C], TensorFlow's order: (row, column, channel). */
class SpaceToDepth extends tf.layers.Layer {
  static readonly className = 'SpaceToDepth';

  override computeOutputShape(given: Shape | Shape[]): Shape {
    const [n, h, w, c] = singleShape(given);
    return [n!, h == null ? null : h / 2, w == null ? null : w / 2, c! * 4];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = single(inputs);
    const [n, h, w, c] = x.shape as [number, number, number, number];
    // Reshape and transpose, because tfjs has a gradient for these and none for SpaceToDepth.
    return tf
      .transpose(tf.reshape(x, [n, h / 2, 2, w / 2, 2 * c]), [0, 1, 3, 2, 4])
      .reshape([n, h / 2, w / 2, 4 * c]);
  }
}

/** [N,H,W,4C] → [N,2H,2W,C], the inverse of SpaceToDepth. */
class DepthToSpace extends tf.layers.Layer {
  static readonly className = 'DepthToSpace';

  override computeOutputShape(given: Shape | Shape[]): Shape {
    const [n, h, w, c] = singleShape(given);
    return [n!, h == null ? null : h * 2, w == null ? null : w * 2, c! / 4];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = single(inputs);
    const [n, h, w, c] = x.shape as [number, number, number, number];
    return tf
      .transpose(tf.reshape(x, [n, h, w, 2, c / 2]), [0, 1, 3, 2, 4])
      .reshape([n, 2 * h, 2 * w, c / 4]);
  }
}

const apply = (layer: InstanceType<typeof tf.layers.Layer>, x: SymbolicTensor) =>
  layer.apply(x) as SymbolicTensor;

export const activation = (x: SymbolicTensor, name: string, kind: ActivationName) =>
  apply(new Activation(name, kind), x);

export interface BatchNormOptions {
  momentum: number;
  epsilon?: number;
  gammaStart?: 'ones' | 'zeros';
  trainable?: boolean;
}

export const batchNorm = (x: SymbolicTensor, name: string, options: BatchNormOptions) =>
  apply(
    new BatchNormalization(
      name,
      options.momentum,
      options.epsilon ?? 1e-3,
      options.gammaStart ?? 'ones',
      options.trainable ?? true,
    ),
    x,
  );

export const dropout = (x: SymbolicTensor, name: string, rate: number) =>
  apply(new SeededDropout(name, rate), x);
export const spaceToDepth = (x: SymbolicTensor, name: string) => apply(new SpaceToDepth({ name }), x);
export const depthToSpace = (x: SymbolicTensor, name: string) => apply(new DepthToSpace({ name }), x);
