/** Reads runs of `shared/mask.ts` at ascending places, without unfolding them. */

export class RunReader {
  private at = 0;
  private value = 0;
  /** Index after the last one of the present run. */
  private end = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** @param index Not before that of the last call. @throws RangeError where the runs end before it. */
  valueAt(index: number): number {
    while (index >= this.end) this.next();
    return this.value;
  }

  /** @throws RangeError when the runs do not hold exactly `length` values. */
  requireEnd(length: number): void {
    while (this.at < this.bytes.length) this.next();
    if (this.end !== length) throw new RangeError(`runs hold ${this.end} values instead of ${length}`);
  }

  private next(): void {
    this.value = this.number();
    if (this.value > 255) throw new RangeError(`value ${this.value} is larger than 255`);
    this.end += this.number() + 1;
  }

  private number(): number {
    let byte = this.bytes[this.at++];
    // Most numbers take one byte.
    if (byte !== undefined && byte < 128) return byte;
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (byte === undefined || scale > 128 ** 4) throw new RangeError('run lengths are cut off or damaged');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      byte = this.bytes[this.at++];
    }
  }
}
