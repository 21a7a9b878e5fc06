/** Compares two programs that were measured in turns, so that a busy machine slows both. */
import { randomFor } from '../../shared/random.js';

export interface PairedRatio {
  /** Geometric mean of ours ÷ peer over the rounds: above 1 where our figures are higher. */
  ratio: number;
  /** Ends of the 95 % interval. */
  low: number;
  high: number;
  rounds: number;
}

const RESAMPLES = 4000;

/**
 * The ratio of two series of positive figures, where `ours[i]` and `peer[i]` were measured one after the other in round i.
 * The interval is the percentile bootstrap over rounds (Efron 1979), on logarithms so that "twice" and "half" weigh
 * the same; it is repeatable for a seed.
 * @throws RangeError when the series are empty, of different lengths or not positive.
 */
export function pairedRatio(ours: readonly number[], peer: readonly number[], seed: number): PairedRatio {
  if (!ours.length || ours.length !== peer.length)
    throw new RangeError(`Rounds must be paired: ${ours.length} of ours and ${peer.length} of the peer.`);
  const logs = ours.map((figure, i) => Math.log(figure / peer[i]!));
  if (!logs.every(Number.isFinite)) throw new RangeError('Figures must be positive numbers.');
  const random = randomFor(seed, logs.length);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < logs.length; i++) sum += logs[random.integer(logs.length)]!;
    return sum / logs.length;
  }).sort();
  const at = (share: number) => Math.exp(means[Math.round(share * (RESAMPLES - 1))]!);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return { ratio: Math.exp(mean), low: at(0.025), high: at(0.975), rounds: logs.length };
}
