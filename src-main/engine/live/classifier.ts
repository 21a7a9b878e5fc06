/**
 * The classifier behind suggestions: a few small networks over a pixel's features, fitted together as one TensorFlow graph
 * in a fraction of a second, whose mean opinion counts. It starts the next fit from the last one.
 */
import { randomFor, type Random } from '../../shared/random.js';
import { CompiledFunction } from '../compile/compiled-function.js';
import { DeviceVariables } from '../compile/device-variables.js';
import { graphFunctions } from '../compile/graph.js';
import { Untraceable } from '../compile/untraceable.js';
import { Adam } from '../optimiser.js';
import { tf, type Tensor, type Variable } from '../tensorflow.js';

export interface LabelledPixels {
  /** [features, pixels], row-major. */
  features: Float32Array;
  /** Class indices, 0 … classes − 1. */
  classes: Uint8Array;
}

export interface FitOptions {
  /** Steps; fewer suffice from a fit of nearly the same pixels. */
  steps?: number;
  signal?: AbortSignal;
}

/** How each feature is brought to mean 0 and deviation 1. */
export interface Standard {
  mean: Float32Array;
  deviation: Float32Array;
}

const MEMBERS = 4;
const HIDDEN = 32;
const BATCH = 512;
const FIRST_STEPS = 200;
const LATER_STEPS = 100;
const RATE = 1e-2;
const ADAM = { beta1: 0.9, beta2: 0.99, weightDecay: 0.03, clipNorm: 1, ema: 0 };
/**
 * Against learning a few strokes by heart: features are left out and noise is added, in deviations of a feature; the more
 * the fewer pixels are labelled. How they were found: docs/engine.md, "Live suggestions".
 */
const FEW_PIXELS = 1000;
const MOST_DROPPED = 0.3;
const LEAST_NOISE = 0.25;
const MORE_NOISE = 0.35;
/** Steps between two looks at messages: some hundredths of a second. */
const BREATH = 20;

export class LiveClassifier {
  /** Kernel and bias of each layer. */
  private readonly weights: [Variable, Variable, Variable, Variable, Variable, Variable];
  private readonly adam: Adam;
  private readonly onDevice = new DeviceVariables();
  private readonly compiled: CompiledFunction | null;
  private eager: boolean;
  private fits = 0;
  /** A fit went to its end: one that was called off has taught too little for a shorter one to follow. */
  private settled = false;

  constructor(
    private readonly options: { features: number; classes: number; seed: number; standard: Standard },
  ) {
    const { features, classes, seed } = options;
    const random = randomFor(seed, 101);
    this.weights = [
      normal([MEMBERS * HIDDEN, features], features, random),
      tf.variable(tf.zeros([MEMBERS * HIDDEN, 1])),
      normal([MEMBERS, HIDDEN, HIDDEN], HIDDEN, random),
      tf.variable(tf.zeros([MEMBERS, HIDDEN, 1])),
      normal([MEMBERS, classes, HIDDEN], HIDDEN, random),
      tf.variable(tf.zeros([MEMBERS, classes, 1])),
    ];
    this.adam = new Adam(this.weights, ADAM);
    const addon = graphFunctions();
    this.compiled = addon && new CompiledFunction(addon, this.onDevice, (inputs) => this.update(inputs));
    this.eager = !this.compiled;
  }

  /**
   * Fits to labelled pixels, as many of each class in every batch however many there are.
   * @throws the signal's reason between two steps; the classifier then is what it was after the last of them.
   */
  async fit(pixels: LabelledPixels, { steps, signal }: FitOptions = {}): Promise<void> {
    const count = steps ?? (this.settled ? LATER_STEPS : FIRST_STEPS);
    const random = randomFor(this.options.seed, 102, this.fits++);
    const ofClass = Array.from({ length: this.options.classes }, () => [] as number[]);
    pixels.classes.forEach((value, index) => ofClass[value]!.push(index));
    const present = ofClass.map((_, index) => index).filter((index) => ofClass[index]!.length);
    if (!present.length) return;
    try {
      for (let step = 0; step < count; step++) {
        signal?.throwIfAborted();
        const rate = RATE * (0.5 + 0.5 * Math.cos((Math.PI * step) / count)) * (this.settled ? 0.5 : 1);
        const drawn = Int32Array.from({ length: BATCH }, (_, i) => {
          const own = ofClass[present[i % present.length]!]!;
          return own[random.integer(own.length)]!;
        });
        this.step(pixels, { drawn, rate, random });
        if (step % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
      }
      this.settled = true;
    } finally {
      this.onDevice.pull();
    }
  }

  /**
   * @param features [features, pixels].
   * @returns probabilities [classes, pixels]; the caller disposes it.
   */
  probabilities(features: Tensor): Tensor {
    return tf.tidy(() => tf.mean(tf.exp(this.forward(features, this.foldedFirst())), 0));
  }

  dispose(): void {
    this.compiled?.dispose();
    this.onDevice.dispose();
    this.adam.dispose();
    tf.dispose(this.weights);
  }

  private step(
    pixels: LabelledPixels,
    { drawn, rate, random }: { drawn: Int32Array; rate: number; random: Random },
  ): void {
    const { features, standard } = this.options;
    const total = pixels.classes.length;
    const x = new Float32Array(features * BATCH);
    const few = Math.min(1, Math.sqrt(FEW_PIXELS / total));
    const drop = MOST_DROPPED * few;
    // Uniform, of that deviation.
    const noise = (LEAST_NOISE + MORE_NOISE * few) * Math.sqrt(3);
    for (let row = 0, to = 0; row < features; row++) {
      const [mean, deviation] = [standard.mean[row]!, standard.deviation[row]!];
      const from = row * total;
      for (let i = 0; i < BATCH; i++) {
        const value = (pixels.features[from + drawn[i]!]! - mean) / deviation + noise * random.uniform(-1, 1);
        x[to++] = random.chance(drop) ? 0 : value / (1 - drop);
      }
    }
    tf.tidy(() => {
      const classes = Int32Array.from(drawn, (index) => pixels.classes[index]!);
      const wanted = tf.transpose(tf.oneHot(tf.tensor1d(classes, 'int32'), this.options.classes)).toFloat();
      const inputs = [tf.tensor2d(x, [features, BATCH]), wanted, this.adam.nextStep(rate)];
      if (this.eager) return void this.update(inputs);
      try {
        this.compiled!.call(inputs);
      } catch (error) {
        if (!(error instanceof Untraceable)) throw error;
        this.eager = true;
        this.onDevice.pull();
        this.update(inputs);
      }
    });
  }

  private update([x, wanted, numbers]: Tensor[]): Tensor[] {
    const [first, bias] = this.weights;
    const { value, grads } = tf.variableGrads(
      () => tf.neg(tf.mean(tf.sum(tf.mul(this.forward(x!, [first, bias]), wanted!), 1))).asScalar(),
      this.weights,
    );
    this.adam.update(
      this.weights.map((variable) => grads[variable.name]!),
      numbers!,
    );
    return [value];
  }

  /** Logarithms of probabilities, [members, classes, pixels]. */
  private forward(x: Tensor, [first, firstBias]: readonly [Tensor, Tensor]): Tensor {
    const [, , second, secondBias, third, thirdBias] = this.weights;
    const pixels = x.shape[1]!;
    const one = tf.relu(tf.add(tf.matMul(first, x), firstBias));
    const two = tf.relu(tf.add(tf.matMul(second, tf.reshape(one, [MEMBERS, HIDDEN, pixels])), secondBias));
    const scores = tf.add(tf.matMul(third, two), thirdBias);
    const shifted = tf.sub(scores, tf.max(scores, 1, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
  }

  /** The first layer for features as they are. */
  private foldedFirst(): [Tensor, Tensor] {
    const { standard } = this.options;
    const [first, bias] = this.weights;
    const scaled = tf.div(first, tf.tensor1d(standard.deviation)) as Tensor;
    const shift = tf.matMul(scaled, tf.tensor2d(standard.mean, [standard.mean.length, 1]));
    return [scaled, tf.sub(bias, shift)];
  }
}

/** He et al. 2015. */
function normal(shape: number[], inputs: number, random: Random): Variable {
  const values = Float32Array.from(
    { length: shape.reduce((product, side) => product * side, 1) },
    () => random.normal() * Math.sqrt(2 / inputs),
  );
  return tf.variable(tf.tensor(values, shape));
}
