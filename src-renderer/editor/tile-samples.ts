/**
 * Reduced tiles, by their stored form: a view of a whole large image writes hundreds of tiles anew after an undo, and to
 * unfold each takes longer than all the rest. An undone tile is the one that was shown before.
 */

export interface TileSamples {
  step: number;
  /** As `sampleTile` gives them. */
  values: Uint8Array;
}

const BUDGET_BYTES = 32 * 2 ** 20;

export class SampleCache {
  /** In the order of last use. */
  private readonly held = new Map<Uint8Array, TileSamples>();
  private bytes = 0;

  constructor(private readonly budgetBytes = BUDGET_BYTES) {}

  /** Null: not held at this step. */
  get(stored: Uint8Array, step: number): Uint8Array | null {
    const known = this.held.get(stored);
    if (known?.step !== step) return null;
    this.held.delete(stored);
    this.held.set(stored, known);
    return known.values;
  }

  /** Of one stored form only the last step asked for is kept. @param values Kept, so not to be written afterwards. */
  keep(stored: Uint8Array, samples: TileSamples): void {
    this.drop(stored);
    this.held.set(stored, samples);
    this.bytes += samples.values.length;
    for (const oldest of this.held.keys()) {
      if (this.bytes <= this.budgetBytes) return;
      this.drop(oldest);
    }
  }

  get heldBytes(): number {
    return this.bytes;
  }

  private drop(stored: Uint8Array): void {
    const known = this.held.get(stored);
    if (!known) return;
    this.held.delete(stored);
    this.bytes -= known.values.length;
  }
}
