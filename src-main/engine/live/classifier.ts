/**
 * The classifier behind suggestions: a few small networks over a pixel's features, fitted together as one TensorFlow graph
 * in a fraction of a second, whose mean opinion counts.
 */
import { randomFor } from '../../shared/random.js';
import type { NamedTensor } from '../../shared/safetensors.js';
import { DeviceVariables } from '../compile/device-variables.js';
import { MaybeCompiled } from '../compile/maybe-compiled.js';
import { Adam } from '../optimiser.js';
import { tf, type Tensor } from '../tensorflow.js';
import {
  ClassifierWeights,
  HIDDEN,
  MEMBERS,
  type ClassifierOptions,
  type Standard,
} from './classifier-weights.js';
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
  /** After each step: its mean cross entropy over the batch, with the noise that is added and what is left out. */
  onStep?: (step: { crossEntropy: number; rate: number }) => void;
}

/** More of them gain nothing from a few thousand pixels. */
export const FIT_STEPS = 200;
const BATCH = 512;
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
  private readonly weights: ClassifierWeights;
  private readonly adam: Adam;
  private readonly onDevice = new DeviceVariables();
  private readonly fitting: MaybeCompiled;
  private readonly saying: MaybeCompiled;

  /** @param state of a classifier of the same options. @throws AppError('bad-model') for one of others. */
  constructor(
    private readonly options: ClassifierOptions,
    state?: ReadonlyMap<string, NamedTensor>,
  ) {
    this.weights = new ClassifierWeights(options, state);
    this.adam = new Adam(this.weights.variables, ADAM);
    this.fitting = new MaybeCompiled(this.onDevice, (inputs) => this.update(inputs));
    this.saying = new MaybeCompiled(this.onDevice, (inputs) => [opinionOf(this.average(inputs))]);
  }

  /**
   * Fits to labelled pixels from the beginning, as many of each class in every batch however many there are: the same pixels
   * give the same classifier, whatever was fitted before.
   * @throws the signal's reason between two steps; the classifier then is what it was before.
   */
  async fit(pixels: LabelledPixels, { steps = FIT_STEPS, signal, onStep }: FitOptions = {}): Promise<void> {
    const ofClass = Array.from({ length: this.options.classes }, () => [] as number[]);
    pixels.classes.forEach((value, index) => ofClass[value]!.push(index));
    const present = ofClass.map((_, index) => index).filter((index) => ofClass[index]!.length);
    if (!present.length) return;
    const before = this.weights.kept();
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
        const loss = this.step(standardised, pixels.classes, { drawn, rate, bits });
        onStep?.({ crossEntropy: loss.dataSync()[0]!, rate });
        loss.dispose();
        if (step % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
      }
      this.onDevice.pull();
    } catch (error) {
      this.onDevice.pull();
      before.restore();
      throw error;
    } finally {
      before.dispose();
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

  /** How many numbers are learned. */
  get parameters(): number {
    return this.weights.variables.reduce((sum, { size }) => sum + size, 0);
  }

  /** All that its opinion follows from, by name. */
  state(): Map<string, NamedTensor> {
    this.onDevice.pull();
    return this.weights.state();
  }

  dispose(): void {
    this.fitting.dispose();
    this.saying.dispose();
    this.onDevice.dispose();
    this.adam.dispose();
    this.weights.dispose();
  }

  /** Random weights, no memory of gradients. */
  private begin(pixels: LabelledPixels): void {
    this.weights.standard = standardOf(pixels);
    this.weights.draw(this.options.seed);
    this.adam.restart();
  }

  /** [pixels, features]: what is drawn lies together. */
  private standardised({ features, classes }: LabelledPixels): Float32Array {
    const count = classes.length;
    const { standard } = this.weights;
    const rows = this.options.features;
    const values = new Float32Array(features.length);
    for (let row = 0; row < rows; row++) {
      const [mean, deviation] = [standard.mean[row]!, standard.deviation[row]!];
      for (let i = 0; i < count; i++)
        values[i * rows + row] = (features[row * count + i]! - mean) / deviation;
    }
    return values;
  }

  private step(
    values: Float32Array,
    classes: Uint8Array,
    { drawn, rate, bits }: { drawn: Int32Array; rate: number; bits: Uint32Array },
  ): Tensor {
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
    return tf.tidy(
      () =>
        this.fitting.call([
          tf.tensor2d(x, [BATCH, features]),
          tf.tensor2d(wanted, [this.options.classes, BATCH]),
          this.adam.nextStep(rate),
        ])[0]!,
    );
  }

  private update([x, wanted, numbers]: Tensor[]): Tensor[] {
    const loss = () => {
      const [first, bias] = this.weights.variables;
      const logarithms = this.forward(tf.transpose(x!), [tf.mul(first, this.weights.seen), bias]);
      return tf.neg(tf.mean(tf.sum(tf.mul(logarithms, wanted!), 1))).asScalar();
    };
    const { value, grads } = tf.variableGrads(loss, this.weights.variables);
    this.adam.update(
      this.weights.variables.map((variable) => grads[variable.name]!),
      numbers!,
    );
    return [value];
  }

  private *inParts(features: Tensor, work: (inputs: Tensor[]) => Tensor): Generator<Tensor> {
    const first = this.weights.foldedFirst();
    const [rows, pixels] = features.shape as [number, number];
    for (let from = 0; from < pixels; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, pixels - from);
      yield tf.tidy(() => {
        const given = tf.slice(features, [0, from], [rows, count]);
        if (count === AT_ONCE) return work([given, ...first]);
        // Filled up: one graph for images of all sizes.
        const said = work([
          tf.pad(given, [
            [0, 0],
            [0, AT_ONCE - count],
          ]),
          ...first,
        ]);
        return tf.slice(said, [0, 0], [said.shape[0]!, count]);
      });
    }
  }

  /** Probabilities by all members, [classes, pixels]. */
  private average([x, first, firstBias]: Tensor[]): Tensor {
    return tf.mean(tf.exp(this.forward(x!, [first!, firstBias!])), 0);
  }

  /** Logarithms of probabilities, [members, classes, pixels]. */
  private forward(x: Tensor, [first, firstBias]: readonly [Tensor, Tensor]): Tensor {
    const [, , second, secondBias, third, thirdBias] = this.weights.variables;
    const pixels = x.shape[1]!;
    const one = tf.relu(tf.add(tf.matMul(first, x), firstBias));
    const two = tf.relu(tf.add(tf.matMul(second, tf.reshape(one, [MEMBERS, HIDDEN, pixels])), secondBias));
    const scores = tf.add(tf.matMul(third, two), thirdBias);
    const shifted = tf.sub(scores, tf.max(scores, 1, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
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
