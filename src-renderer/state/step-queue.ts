/**
 * Undo, redo and changes of a whole class in the order their keys were pressed. Whose step the next is, the image's or
 * the project's, and whether there is one, is known only when the one before has ended; a key pressed meanwhile
 * waits and counts.
 */
export class StepQueue {
  #last: Promise<void> | null = null;

  /** Resolves when all steps asked for so far have ended; null when they have. */
  get pending(): Promise<void> | null {
    return this.#last;
  }

  /** @param step Says by itself what went wrong; a failure ends only this step. */
  add(step: () => Promise<unknown>): void {
    const before = this.#last ?? Promise.resolve();
    const current: Promise<void> = before
      .then(step)
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (this.#last === current) this.#last = null;
      });
    this.#last = current;
  }
}
