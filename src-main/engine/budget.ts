/** How long a run lasts and how long its epochs are. */
import type { Settings } from '../shared/settings.js';
import type { Progress } from './checkpoint.js';

/** Epochs in a run whose length is known: often enough to watch, seldom enough to cost little. */
const EPOCHS_A_RUN = 12;
/** However long an evaluation takes. */
const MIN_EPOCHS_A_RUN = 4;
const MIN_EPOCH_STEPS = 30;
const MAX_EPOCH_STEPS = 250;
/** An evaluation may take this share of the time between two. */
const EVALUATION_SHARE = 0.25;

type BudgetSettings = Pick<Settings, 'minutes' | 'epochs' | 'steps' | 'stepsPerEpoch' | 'batch'>;

export class Budget {
  /** Steps in an epoch; an upper limit when the run is limited by time alone. */
  readonly stepsPerEpoch: number;
  /** Null when only time limits the run. */
  readonly totalSteps: number | null;
  private readonly timed: boolean;

  constructor(
    private readonly settings: BudgetSettings,
    trainImages: number,
  ) {
    const { minutes, epochs, steps, batch } = settings;
    const pass = Math.ceil(trainImages / batch);
    this.timed = minutes > 0 && !steps && !epochs && !settings.stepsPerEpoch;
    let perEpoch = Math.min(MAX_EPOCH_STEPS, Math.max(MIN_EPOCH_STEPS, pass));
    if (steps) perEpoch = Math.max(perEpoch, Math.ceil(steps / EPOCHS_A_RUN));
    this.stepsPerEpoch = settings.stepsPerEpoch || (this.timed ? MAX_EPOCH_STEPS : perEpoch);
    const byEpochs = epochs ? epochs * this.stepsPerEpoch : Infinity;
    const total = Math.min(steps || Infinity, byEpochs);
    this.totalSteps = Number.isFinite(total) ? total : null;
  }

  /** Share of the budget used, 0 … 1, of whichever limit is nearest. */
  progress({ step, trainedS }: Progress): number {
    const { minutes } = this.settings;
    const byTime = minutes > 0 ? trainedS / (minutes * 60) : 0;
    const bySteps = this.totalSteps ? step / this.totalSteps : 0;
    return Math.min(1, Math.max(byTime, bySteps));
  }

  used(progress: Progress): boolean {
    return this.progress(progress) >= 1;
  }

  /** @param evaluationS what the last evaluation took. */
  epochEnds(progress: Progress, evaluationS: number): boolean {
    const steps = progress.step - progress.epochStart;
    if (steps >= this.stepsPerEpoch) return true;
    if (!this.timed || steps < MIN_EPOCH_STEPS / 3) return false;
    const elapsed = progress.trainedS - progress.epochStartS;
    const totalS = this.settings.minutes * 60;
    const wanted = Math.max(totalS / EPOCHS_A_RUN, evaluationS / EVALUATION_SHARE);
    return elapsed >= Math.min(wanted, totalS / MIN_EPOCHS_A_RUN);
  }

  secondsLeft(progress: Progress): number | null {
    const share = this.progress(progress);
    return share > 0 ? progress.trainedS * (1 / share - 1) : null;
  }
}
