/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101) and a running average of the weights,
 * over all parameters as one flat vector: a dozen operations a step instead of a dozen a layer.
 */
import { applyAdam, subtractInPlace } from './operations.js';
import { tf, type Tensor, type Variable } from './tensorflow.js';

export interface AdamOptions {
  beta1: number;
  beta2: number;
  /** Added to the root of the second moment before its bias is corrected, as in Keras. */
  epsilon?: number;
  /** Times the learning rate, on kernels (rank > 1) only. */
  weightDecay: number;
  /** Limit on the norm of the whole gradient; 0 sets none. */
  clipNorm: number;
  /** Decay of the running average of the weights; 0 keeps none. */
  ema: number;
}

/** The optimiser's state as flat vectors, for checkpoints. */
export interface AdamState {
  step: number;
  first: Float32Array;
  second: Float32Array;
  average: Float32Array | null;
}

export class Adam {
  private step = 0;
  private readonly parameters: Variable;
  private readonly first: Variable;
  private readonly second: Variable;
  private readonly average: Variable | null;
  private readonly decayed: Variable | null;
  private readonly sizes: number[];

  constructor(
    private readonly variables: readonly Variable[],
    private readonly options: AdamOptions,
  ) {
    this.sizes = variables.map((variable) => variable.size);
    const kept = (make: () => Tensor) => tf.tidy(() => tf.variable(make(), false));
    this.parameters = kept(() => this.flatten(variables));
    this.first = kept(() => tf.zerosLike(this.parameters));
    this.second = kept(() => tf.zerosLike(this.parameters));
    this.average = options.ema > 0 ? kept(() => this.parameters.clone()) : null;
    this.decayed =
      options.weightDecay > 0
        ? kept(() => this.flatten(variables.map((v) => (v.rank > 1 ? tf.onesLike(v) : tf.zerosLike(v)))))
        : null;
  }

  /** Counts one more step. @returns the numbers that `update` needs for it, as a tensor that the caller disposes. */
  nextStep(learningRate: number): Tensor {
    const { beta1, beta2, weightDecay, ema } = this.options;
    this.step++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step);
    // Slow at first, so that the average forgets the random start.
    const decay = Math.min(ema, this.step / (9 + this.step));
    return tf.tensor1d([rate, learningRate * weightDecay, decay, 1 - decay]);
  }

  /** From the variables as they are now, without a memory of gradients. */
  restart(): void {
    this.step = 0;
    tf.tidy(() => {
      this.parameters.assign(this.flatten(this.variables));
      this.first.assign(tf.zerosLike(this.parameters));
      this.second.assign(tf.zerosLike(this.parameters));
      this.average?.assign(this.parameters.clone());
    });
  }

  /** The last step was one that changed nothing: it does not count. */
  skipped(): void {
    this.step--;
  }

  /**
   * One update. Gradients in the order of the variables; `numbers` as `nextStep` gave them.
   * @param scale what the loss was multiplied with.
   * @returns whether the gradients are finite, 1 or 0, a scalar; where they are not the update changes nothing. Null without a scale.
   */
  update(gradients: readonly Tensor[], numbers: Tensor, scale: Tensor | null = null): Tensor | null {
    const { epsilon = 1e-7, clipNorm } = this.options;
    let kept: Tensor | null = null;
    tf.tidy(() => {
      let [rate, shrink, decay, rest] = tf.unstack(numbers) as [Tensor, Tensor, Tensor, Tensor];
      let { beta1, beta2 }: { beta1: number | Tensor; beta2: number | Tensor } = this.options;
      let gradient = this.flatten(gradients);
      if (scale) {
        const all = tf.all(tf.isFinite(gradient));
        const finite = tf.cast(all, 'float32');
        kept = tf.keep(finite);
        gradient = tf.where(all, tf.div(gradient, scale), tf.zerosLike(gradient));
        // Moments and average are kept by decays of one, the weights by rates of zero: exactly.
        const orOne = (value: number | Tensor) => tf.add(tf.mul(value, finite), tf.sub(1, finite));
        [beta1, beta2, decay] = [orOne(beta1), orOne(beta2), orOne(decay)];
        [rate, shrink, rest] = [tf.mul(rate, finite), tf.mul(shrink, finite), tf.mul(rest, finite)];
      }
      if (clipNorm > 0) {
        const norm = tf.sqrt(tf.sum(tf.square(gradient)));
        gradient = tf.mul(gradient, tf.div(clipNorm, tf.maximum(norm, clipNorm)));
      }
      if (this.decayed)
        subtractInPlace(this.parameters, tf.mul(tf.mul(this.parameters, this.decayed), shrink));
      applyAdam(this.parameters, this.first, this.second, gradient, { beta1, beta2, epsilon, rate });
      this.average?.assign(tf.add(tf.mul(this.average, decay), tf.mul(this.parameters, rest)));
      this.scatter(this.parameters);
    });
    return kept;
  }

  /** Runs `use` with the averaged weights in the variables and puts the trained ones back. */
  async withAverage<T>(use: () => Promise<T> | T): Promise<T> {
    if (!this.average) return use();
    this.scatter(this.average);
    try {
      return await use();
    } finally {
      this.scatter(this.parameters);
    }
  }

  state(): AdamState {
    const values = (tensor: Tensor) => tensor.dataSync() as Float32Array;
    return {
      step: this.step,
      first: values(this.first),
      second: values(this.second),
      average: this.average && values(this.average),
    };
  }

  /** Takes up a saved state; the variables must already hold the weights of the same moment. */
  restore(state: AdamState): void {
    this.step = state.step;
    tf.tidy(() => {
      this.parameters.assign(this.flatten(this.variables));
      this.first.assign(tf.tensor1d(state.first));
      this.second.assign(tf.tensor1d(state.second));
      if (state.average) this.average?.assign(tf.tensor1d(state.average));
    });
  }

  dispose(): void {
    tf.dispose([this.parameters, this.first, this.second]);
    this.average?.dispose();
    this.decayed?.dispose();
  }

  private flatten(tensors: readonly Tensor[]): Tensor {
    return tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))));
  }

  private scatter(flat: Tensor): void {
    tf.tidy(() => {
      const parts = tf.split(flat, this.sizes);
      this.variables.forEach((variable, i) => variable.assign(tf.reshape(parts[i]!, variable.shape)));
    });
  }
}
