/** The learning rate over a run. */
import type { Settings } from '../shared/settings.js';

export interface Moment {
  /** Share of the budget used so far, 0 … 1. */
  progress: number;
  /** Epochs completed. */
  epoch: number;
}

/** One-cycle: linear warm-up from 2 % of the peak, then a cosine down to 1 % (after Smith & Topin 2017, arXiv:1708.07120). */
export function learningRate(
  settings: Pick<Settings, 'schedule' | 'lr' | 'decay' | 'warmup'>,
  moment: Moment,
): number {
  const { schedule, lr, decay, warmup } = settings;
  if (schedule === 'constant') return lr;
  if (schedule === 'exponential') return lr * decay ** moment.epoch;
  const { progress } = moment;
  const rising = warmup > 0 ? Math.max(0.02, Math.min(1, progress / warmup)) : 1;
  const falling = 0.5 * (1 + Math.cos((Math.PI * Math.max(0, progress - warmup)) / (1 - warmup)));
  return lr * rising * Math.max(0.01, falling);
}
