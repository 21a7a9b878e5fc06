/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101) and a running average of the weights,
 * over all parameters as one flat vector: a dozen operations a step instead of a dozen a layer.
 */
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
  private parameters: Tensor;
  private first: Tensor;
  private second: Tensor;
  private average: Tensor | null;
  private readonly decayed: Tensor | null;
  private readonly sizes: number[];

  constructor(
    private readonly variables: readonly Variable[],
    private readonly options: AdamOptions,
  ) {
    this.sizes = variables.map((variable) => variable.size);
    this.parameters = this.flatten(variables);
    this.first = tf.zerosLike(this.parameters);
    this.second = tf.zerosLike(this.parameters);
    this.average = options.ema > 0 ? this.parameters.clone() : null;
    this.decayed =
      options.weightDecay > 0
        ? tf.tidy(() => this.flatten(variables.map((v) => (v.rank > 1 ? tf.onesLike(v) : tf.zerosLike(v)))))
        : null;
  }

  /** One update. Gradients in the order of the variables. */
  update(gradients: readonly Tensor[], learningRate: number): void {
    const { beta1, beta2, epsilon = 1e-7, weightDecay, clipNorm, ema } = this.options;
    this.step++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step);
    // Slow at first, so that the average forgets the random start.
    const decay = Math.min(ema, this.step / (9 + this.step));
    const next = tf.tidy(() => {
      let gradient = this.flatten(gradients);
      if (clipNorm > 0) {
        const norm = tf.sqrt(tf.sum(tf.square(gradient)));
        gradient = tf.mul(gradient, tf.div(clipNorm, tf.maximum(norm, clipNorm)));
      }
      const first = tf.add(tf.mul(this.first, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(this.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      let parameters = tf.sub(this.parameters, tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), rate));
      if (this.decayed)
        parameters = tf.sub(
          parameters,
          tf.mul(tf.mul(this.parameters, this.decayed), learningRate * weightDecay),
        );
      const average = this.average && tf.add(tf.mul(this.average, decay), tf.mul(parameters, 1 - decay));
      return { first, second, parameters, ...(average ? { average } : {}) };
    });
    // Kept, because the caller may be in a tidy of its own.
    Object.values(next).forEach((tensor) => tf.keep(tensor));
    tf.dispose([this.first, this.second, this.parameters]);
    this.first = next.first;
    this.second = next.second;
    this.parameters = next.parameters;
    if (next.average) {
      this.average?.dispose();
      this.average = next.average;
    }
    this.scatter(this.parameters);
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
    tf.dispose([this.parameters, this.first, this.second]);
    this.average?.dispose();
    this.step = state.step;
    this.parameters = this.flatten(this.variables);
    this.first = tf.tensor1d(state.first);
    this.second = tf.tensor1d(state.second);
    this.average = state.average ? tf.tensor1d(state.average) : null;
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
