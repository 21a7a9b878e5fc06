/**
 * The classifier behind suggestions: a few small networks over a pixel's features, fitted together as one TensorFlow graph
 * in a fraction of a second, whose mean opinion counts.
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
  steps?: number;
  signal?: AbortSignal;
}

/** How each feature is brought to mean 0 and deviation 1. */
interface Standard {
  mean: Float32Array;
  deviation: Float32Array;
}

const MEMBERS = 4;
const HIDDEN = 32;
const BATCH = 512;
const STEPS = 200;
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
/** Pixels whose hidden layers are in memory together: 130 MB. */
const AT_ONCE = 1 << 16;
/** Steps between two looks at messages: some hundredths of a second. */
const BREATH = 20;

export class LiveClassifier {
  /** Kernel and bias of each layer. */
  private readonly weights: [Variable, Variable, Variable, Variable, Variable, Variable];
  private readonly adam: Adam;
  private readonly onDevice = new DeviceVariables();
  private readonly compiled: CompiledFunction | null;
  private eager: boolean;
  private standard: Standard;

  constructor(private readonly options: { features: number; classes: number; seed: number }) {
    const { features, classes } = options;
    this.standard = { mean: new Float32Array(features), deviation: new Float32Array(features).fill(1) };
    const zeros = (...shape: number[]) => tf.variable(tf.zeros(shape));
    this.weights = [
      zeros(MEMBERS * HIDDEN, features),
      zeros(MEMBERS * HIDDEN, 1),
      zeros(MEMBERS, HIDDEN, HIDDEN),
      zeros(MEMBERS, HIDDEN, 1),
      zeros(MEMBERS, classes, HIDDEN),
      zeros(MEMBERS, classes, 1),
    ];
    this.adam = new Adam(this.weights, ADAM);
    const addon = graphFunctions();
    this.compiled = addon && new CompiledFunction(addon, this.onDevice, (inputs) => this.update(inputs));
    this.eager = !this.compiled;
  }

  /**
   * Fits to labelled pixels from the beginning, as many of each class in every batch however many there are: the same pixels
   * give the same classifier, whatever was fitted before.
   * @throws the signal's reason between two steps; the classifier then is what it was before.
   */
  async fit(pixels: LabelledPixels, { steps = STEPS, signal }: FitOptions = {}): Promise<void> {
    const ofClass = Array.from({ length: this.options.classes }, () => [] as number[]);
    pixels.classes.forEach((value, index) => ofClass[value]!.push(index));
    const present = ofClass.map((_, index) => index).filter((index) => ofClass[index]!.length);
    if (!present.length) return;
    const before = { standard: this.standard, weights: this.weights.map((variable) => variable.clone()) };
    try {
      this.begin(pixels);
      const random = randomFor(this.options.seed, 102);
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        const rate = RATE * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
        const drawn = Int32Array.from({ length: BATCH }, (_, i) => {
          const own = ofClass[present[i % present.length]!]!;
          return own[random.integer(own.length)]!;
        });
        this.step(pixels, { drawn, rate, random });
        if (step % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
      }
      this.onDevice.pull();
    } catch (error) {
      this.onDevice.pull();
      this.standard = before.standard;
      this.weights.forEach((variable, index) => variable.assign(before.weights[index]!));
      throw error;
    } finally {
      tf.dispose(before.weights);
    }
  }

  /**
   * @param features [features, pixels].
   * @returns probabilities [classes, pixels]; the caller disposes it.
   */
  probabilities(features: Tensor): Tensor {
    return tf.tidy(() => {
      const first = this.foldedFirst();
      const [rows, pixels] = features.shape as [number, number];
      const parts: Tensor[] = [];
      for (let from = 0; from < pixels; from += AT_ONCE)
        parts.push(
          tf.tidy(() => {
            const part = tf.slice(features, [0, from], [rows, Math.min(AT_ONCE, pixels - from)]);
            return tf.mean(tf.exp(this.forward(part, first)), 0);
          }),
        );
      return tf.concat(parts, 1);
    });
  }

  dispose(): void {
    this.compiled?.dispose();
    this.onDevice.dispose();
    this.adam.dispose();
    tf.dispose(this.weights);
  }

  /** Random kernels (He et al. 2015), biases of zero, no memory of gradients. */
  private begin(pixels: LabelledPixels): void {
    const random = randomFor(this.options.seed, 101);
    this.standard = standardOf(pixels);
    for (const variable of this.weights) {
      const inputs = variable.shape.at(-1)!;
      const values = new Float32Array(variable.size);
      // A bias has one column.
      if (inputs > 1) values.forEach((_, i) => (values[i] = random.normal() * Math.sqrt(2 / inputs)));
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    this.adam.restart();
  }

  private step(
    pixels: LabelledPixels,
    { drawn, rate, random }: { drawn: Int32Array; rate: number; random: Random },
  ): void {
    const { features } = this.options;
    const { standard } = this;
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
    const { standard } = this;
    const [first, bias] = this.weights;
    const scaled = tf.div(first, tf.tensor1d(standard.deviation)) as Tensor;
    const shift = tf.matMul(scaled, tf.tensor2d(standard.mean, [standard.mean.length, 1]));
    return [scaled, tf.sub(bias, shift)];
  }
}

/** Of each feature over the pixels, floored so that a feature that never changes stays harmless. */
function standardOf({ features, classes }: LabelledPixels): Standard {
  const count = classes.length;
  const rows = features.length / count;
  const standard = { mean: new Float32Array(rows), deviation: new Float32Array(rows) };
  for (let row = 0; row < rows; row++) {
    const own = features.subarray(row * count, (row + 1) * count);
    const mean = own.reduce((sum, value) => sum + value, 0) / count;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    standard.mean[row] = mean;
    standard.deviation[row] = Math.max(Math.sqrt(variance), 1e-3);
  }
  return standard;
}
