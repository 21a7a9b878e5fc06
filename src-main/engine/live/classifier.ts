/**
 * The classifier behind suggestions: a few small networks over a pixel's features, fitted together as one TensorFlow graph
 * in a fraction of a second, whose mean opinion counts.
 */
import { permutation, randomFor } from '../../shared/random.js';
import { DeviceVariables } from '../compile/device-variables.js';
import { MaybeCompiled } from '../compile/maybe-compiled.js';
import { Adam } from '../optimiser.js';
import { tf, type Tensor, type Variable } from '../tensorflow.js';
import { KINDS } from './features.js';
import { opinionOf } from './opinion.js';

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
/** Pixels whose hidden layers are computed together: few enough for the processor's cache. */
const AT_ONCE = 1 << 13;
/** Steps between two looks at messages: some hundredths of a second. */
const BREATH = 20;

export class LiveClassifier {
  /** Kernel and bias of each layer. */
  private readonly weights: [Variable, Variable, Variable, Variable, Variable, Variable];
  private readonly adam: Adam;
  private readonly onDevice = new DeviceVariables();
  private readonly fitting: MaybeCompiled;
  private readonly saying: MaybeCompiled;
  /** 1 where a network sees the feature, else 0; [members · hidden, features]. */
  private readonly seen: Tensor;
  private standard: Standard;

  /** @param options.features in the order of a FeatureBank. */
  constructor(private readonly options: { features: number; classes: number; seed: number }) {
    const { features, classes } = options;
    this.seen = seenBy(options);
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
    this.fitting = new MaybeCompiled(this.onDevice, (inputs) => this.update(inputs));
    this.saying = new MaybeCompiled(this.onDevice, (inputs) => [opinionOf(this.average(inputs))]);
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
      const standardised = this.standardised(pixels);
      const random = randomFor(this.options.seed, 102);
      const drawn = new Int32Array(BATCH);
      const bits = new Uint32Array(BATCH * this.options.features);
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        const rate = RATE * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
        for (let i = 0; i < BATCH; i++) {
          const own = ofClass[present[i % present.length]!]!;
          drawn[i] = own[random.integer(own.length)]!;
        }
        random.fill(bits);
        this.step(standardised, pixels.classes, { drawn, rate, bits });
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
    return tf.tidy(() => tf.concat([...this.inParts(features, (inputs) => this.average(inputs))], 1));
  }

  /**
   * @param features [features, pixels].
   * @returns index of the likeliest class of each pixel, its probability and the entropy, both 0 … 255.
   */
  opinion(features: Tensor): Record<'classes' | 'confidence' | 'entropy', Uint8Array> {
    const pixels = features.shape[1]!;
    const planes = [new Uint8Array(pixels), new Uint8Array(pixels), new Uint8Array(pixels)] as const;
    let from = 0;
    tf.tidy(() => {
      for (const part of this.inParts(features, (inputs) => this.saying.call(inputs)[0]!)) {
        const count = part.shape[1]!;
        const values = part.dataSync();
        planes.forEach((plane, n) => plane.set(values.subarray(n * count, (n + 1) * count), from));
        part.dispose();
        from += count;
      }
    });
    const [classes, confidence, entropy] = planes;
    return { classes, confidence, entropy };
  }

  dispose(): void {
    this.fitting.dispose();
    this.saying.dispose();
    this.onDevice.dispose();
    this.adam.dispose();
    tf.dispose([...this.weights, this.seen]);
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

  /** [pixels, features]: what is drawn lies together. */
  private standardised({ features, classes }: LabelledPixels): Float32Array {
    const count = classes.length;
    const rows = this.options.features;
    const values = new Float32Array(features.length);
    for (let row = 0; row < rows; row++) {
      const [mean, deviation] = [this.standard.mean[row]!, this.standard.deviation[row]!];
      for (let i = 0; i < count; i++)
        values[i * rows + row] = (features[row * count + i]! - mean) / deviation;
    }
    return values;
  }

  private step(
    values: Float32Array,
    classes: Uint8Array,
    { drawn, rate, bits }: { drawn: Int32Array; rate: number; bits: Uint32Array },
  ): void {
    const { features } = this.options;
    const x = new Float32Array(BATCH * features);
    const few = Math.min(1, Math.sqrt(FEW_PIXELS / classes.length));
    const drop = MOST_DROPPED * few;
    const dropped = Math.round(drop * 2 ** 16);
    // Uniform, of that deviation; half a draw's bits each for the noise and for what is left out.
    const noise = ((LEAST_NOISE + MORE_NOISE * few) * Math.sqrt(3)) / 2 ** 15;
    for (let i = 0, to = 0; i < BATCH; i++)
      for (let row = 0, from = drawn[i]! * features; row < features; row++, from++, to++) {
        const value = values[from]! + noise * ((bits[to]! >>> 16) - 2 ** 15);
        x[to] = (bits[to]! & 0xffff) < dropped ? 0 : value / (1 - drop);
      }
    const wanted = new Float32Array(this.options.classes * BATCH);
    drawn.forEach((pixel, i) => (wanted[classes[pixel]! * BATCH + i] = 1));
    tf.tidy(() => {
      this.fitting.call([
        tf.tensor2d(x, [BATCH, features]),
        tf.tensor2d(wanted, [this.options.classes, BATCH]),
        this.adam.nextStep(rate),
      ]);
    });
  }

  private update([x, wanted, numbers]: Tensor[]): Tensor[] {
    const loss = () => {
      const [first, bias] = this.weights;
      const logarithms = this.forward(tf.transpose(x!), [tf.mul(first, this.seen), bias]);
      return tf.neg(tf.mean(tf.sum(tf.mul(logarithms, wanted!), 1))).asScalar();
    };
    const { value, grads } = tf.variableGrads(loss, this.weights);
    this.adam.update(
      this.weights.map((variable) => grads[variable.name]!),
      numbers!,
    );
    return [value];
  }

  private *inParts(features: Tensor, work: (inputs: Tensor[]) => Tensor): Generator<Tensor> {
    const first = this.foldedFirst();
    const [rows, pixels] = features.shape as [number, number];
    for (let from = 0; from < pixels; from += AT_ONCE)
      yield tf.tidy(() =>
        work([tf.slice(features, [0, from], [rows, Math.min(AT_ONCE, pixels - from)]), ...first]),
      );
  }

  /** Probabilities by all members, [classes, pixels]. */
  private average([x, first, firstBias]: Tensor[]): Tensor {
    return tf.mean(tf.exp(this.forward(x!, [first!, firstBias!])), 0);
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
    const scaled = tf.div(tf.mul(first, this.seen), tf.tensor1d(standard.deviation)) as Tensor;
    const shift = tf.matMul(scaled, tf.tensor2d(standard.mean, [standard.mean.length, 1]));
    return [scaled, tf.sub(bias, shift)];
  }
}

/**
 * Networks that see different features err differently (Ho 1998, random subspaces): all see the Gaussians, and of the others
 * each one half and its neighbour the other half.
 */
function seenBy({ features, seed }: { features: number; seed: number }): Tensor {
  const random = randomFor(seed, 103);
  const seen = new Float32Array(MEMBERS * HIDDEN * features).fill(1);
  const others = Array.from({ length: features }, (_, row) => row).filter((row) => row % KINDS.length > 0);
  for (let pair = 0; pair < MEMBERS / 2; pair++)
    permutation(others.length, random).forEach((at, place) => {
      const blind = 2 * pair + (place % 2);
      for (let unit = 0; unit < HIDDEN; unit++) seen[(blind * HIDDEN + unit) * features + others[at]!] = 0;
    });
  return tf.keep(tf.tensor2d(seen, [MEMBERS * HIDDEN, features]));
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
