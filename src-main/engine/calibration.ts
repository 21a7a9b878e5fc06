/**
 * Shifts of the classes' logits under which training crops are segmented with the highest mean Dice: cross entropy asks
 * for right probabilities, and the likeliest class of right probabilities leaves out what is thin or small.
 */
import type { Batch } from './batches.js';
import { tf, type LayersModel, type Tensor } from './tensorflow.js';
import { loadMatching, readWeights } from './weights.js';

/** The bias of the layer that every network of ours ends with. */
const BIAS = 'logits/bias';
const MOST_PIXELS = 100_000;
const STEP = 0.25;
const LARGEST = 2;
/** What less than this brings is noise of the crops. */
const LEAST_GAIN = 0.001;
const ROUNDS = 2;

/** Runs `use` with the shifts in the model's last bias and puts the old one back. Without batches, changes nothing. */
export async function withCalibratedClasses<T>(
  model: LayersModel,
  { batches, size, classes }: { batches: readonly Batch[]; size: number; classes: number },
  use: () => Promise<T>,
): Promise<T> {
  const bias = batches.length ? readWeights(model).get(BIAS) : undefined;
  if (!bias) return use();
  const { logits, labels } = logitsOf(model, { batches, size, classes });
  const shifts = bestShifts(logits, labels, classes);
  // unet-quick has the classes of four pixels side by side.
  const shifted = Float32Array.from(bias.data, (value, i) => value + shifts[i % classes]!);
  loadMatching(model, new Map([[BIAS, { ...bias, data: shifted }]]));
  try {
    return await use();
  } finally {
    loadMatching(model, new Map([[BIAS, bias]]));
  }
}

/**
 * One a class, 0 of the first: only differences matter.
 * @param logits [pixels · classes] @param labels [pixels] class indices, none void
 */
export function bestShifts(logits: Float32Array, labels: Uint8Array, classes: number): number[] {
  let shifts = new Array<number>(classes).fill(0);
  if (!labels.length) return shifts;
  let best = meanDice(logits, labels, shifts);
  for (let round = 0; round < ROUNDS; round++)
    for (let c = 1; c < classes; c++) {
      const before = shifts;
      for (let shift = -LARGEST; shift <= LARGEST; shift += STEP) {
        const tried = before.map((old, k) => (k === c ? shift : old));
        const dice = meanDice(logits, labels, tried);
        if (dice > best + LEAST_GAIN) [best, shifts] = [dice, tried];
      }
    }
  return shifts;
}

/** Over the classes that occur in labels. */
function meanDice(logits: Float32Array, labels: Uint8Array, shifts: readonly number[]): number {
  const classes = shifts.length;
  const hits = new Float64Array(classes);
  const either = new Float64Array(classes);
  const truths = new Float64Array(classes);
  for (let i = 0, at = 0; i < labels.length; i++, at += classes) {
    let chosen = 0;
    for (let c = 1; c < classes; c++)
      if (logits[at + c]! + shifts[c]! > logits[at + chosen]! + shifts[chosen]!) chosen = c;
    const label = labels[i]!;
    truths[label]!++;
    either[label]!++;
    either[chosen]!++;
    if (chosen === label) hits[label]!++;
  }
  const seen = [...truths.keys()].filter((c) => truths[c]! > 0);
  return seen.reduce((sum, c) => sum + (2 * hits[c]!) / either[c]!, 0) / seen.length;
}

/** Of labelled pixels, evenly chosen. */
function logitsOf(
  model: LayersModel,
  { batches, size, classes }: { batches: readonly Batch[]; size: number; classes: number },
) {
  const pixels = batches.reduce((sum, { y }) => sum + y.length, 0);
  const every = Math.ceil(pixels / MOST_PIXELS);
  const logits: number[] = [];
  const labels: number[] = [];
  for (const { x, y } of batches) {
    const count = y.length / (size * size);
    const values = tf.tidy(() => {
      const crops = tf.tensor4d(x, [count, size, size, x.length / y.length]);
      return (model.predict(crops) as Tensor).dataSync() as Float32Array;
    });
    for (let i = 0; i < y.length; i += every) {
      if (y[i]! < 0) continue;
      labels.push(y[i]!);
      for (let c = 0; c < classes; c++) logits.push(values[i * classes + c]!);
    }
  }
  return { logits: Float32Array.from(logits), labels: Uint8Array.from(labels) };
}
