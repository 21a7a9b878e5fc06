/**
 * Dynamic scale of a loss whose gradients are computed in float16: large enough that small gradients are not lost, halved
 * whenever they overflow (Micikevicius et al. 2018, arXiv:1710.03740). A step that overflowed changes nothing.
 */

/** Of Keras' LossScaleOptimizer. */
const START = 2 ** 15;
const GROWS_AFTER = 2000;
/** Beyond it a scaled loss of some hundred leaves float32's exact integers. */
const LARGEST = 2 ** 24;

export class LossScale {
  private finiteSteps = 0;

  /** @param growsAfter steps without overflow after which it is doubled. */
  constructor(
    public value = START,
    private readonly growsAfter = GROWS_AFTER,
  ) {}

  /** What a step's gradients turned out to be. */
  settle(finite: boolean): void {
    this.finiteSteps = finite ? this.finiteSteps + 1 : 0;
    if (!finite) this.value = Math.max(1, this.value / 2);
    else if (this.finiteSteps === this.growsAfter) {
      this.value = Math.min(LARGEST, this.value * 2);
      this.finiteSteps = 0;
    }
  }
}
