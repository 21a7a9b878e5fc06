/** Undo, redo and the like, one after the other. */
export class StepChain {
  private last: Promise<unknown> | null = null;
  private hidden = 0;

  /** Ends with the last that is under way; null: none is. */
  get running(): Promise<unknown> | null {
    return this.last;
  }

  /** Steps under way of which nothing was shown when they were asked for. */
  get unseen(): number {
    return this.hidden;
  }

  /** @param make begins when all before it have ended, well or not. @param seen what it will do is shown already. */
  add<T>(make: () => Promise<T>, seen: boolean): Promise<T> {
    if (!seen) this.hidden++;
    const step = (this.last ?? Promise.resolve()).then(make, make);
    const current: Promise<unknown> = step
      .catch(() => null)
      .finally(() => {
        if (!seen) this.hidden--;
        if (this.last === current) this.last = null;
      });
    this.last = current;
    return step;
  }
}
