/** Parts objects that touch in an image that comes from the top in rows: each as soon as it is complete. */
import { NamelessFile } from '../disk/nameless-file.js';
import type { PartingJob } from '../measure/part-lines.js';
import type { RowChange } from '../measure/streamed-clean-up.js';
import { WholeObjects, type WholeObject } from '../measure/whole-objects.js';
import type { Size } from '../shared/model.js';

export interface RowPartingOptions {
  /** By label value; 0: of no object. */
  kindOf: Uint8Array;
  /** What the pixels of a line become. */
  empty: number;
  /** Objects in a larger box stay as they are. */
  mostPixels: number;
  /** Where lines may wait, in a file without a name. */
  folder: string;
  /** `partLines`, beside this thread. */
  part: (job: PartingJob) => Promise<Int32Array>;
  /** Pixels of lines that wait in memory. */
  mostHeld?: number;
}

/** Box pixels that are looked at in one go, of objects that are smaller. */
const BATCH_PIXELS = 4_000_000;

export class RowParting {
  private readonly objects: WholeObjects;
  private readonly lines: LineSpool;
  private waiting: WholeObject[] = [];
  private waitingPixels = 0;
  private parting: Promise<void> = Promise.resolve();
  /** First row of each band, and the band of each row. */
  private y = 0;
  private readonly tops: number[] = [];
  private readonly bandOf: Int32Array;

  constructor(
    private readonly size: Size,
    private readonly options: RowPartingOptions,
  ) {
    this.objects = new WholeObjects(size, options);
    this.lines = new LineSpool(options.folder, options.mostHeld);
    this.bandOf = new Int32Array(size.height);
  }

  /** Objects that were too large. */
  get unparted(): number {
    return this.objects.passed;
  }

  /** The next band of rows from the top. @throws AppError('disk'), RangeError for half rows or too many, what `part` throws. */
  async add(band: Uint8Array): Promise<void> {
    const next = this.y + band.length / this.size.width;
    this.bandOf.fill(this.tops.push(this.y) - 1, this.y, next);
    this.y = next;
    await this.look(this.objects.add(band));
  }

  /** Once all rows were added: a change of the same bands, to be made from the top on, as often as it is asked for. @throws as `add` */
  async finish(): Promise<() => RowChange> {
    await this.look(this.objects.finish());
    await this.send();
    await this.parting;
    return () => {
      let next = 0;
      return (band) => {
        for (const at of this.lines.of(next++)) band[at] = this.options.empty;
      };
    };
  }

  /** A job that is under way is waited for: its thread takes one at a time. */
  async close(): Promise<void> {
    await this.parting.catch(() => undefined);
    this.lines.close();
  }

  private async look(objects: readonly WholeObject[]): Promise<void> {
    for (const object of objects) {
      this.waiting.push(object);
      this.waitingPixels += (object.bottom - object.top) * (object.right - object.left);
      if (this.waitingPixels >= BATCH_PIXELS) await this.send();
    }
  }

  /** The rows go on while one job is computed. */
  private async send(): Promise<void> {
    await this.parting;
    const objects = this.waiting;
    [this.waiting, this.waitingPixels] = [[], 0];
    this.parting = this.options.part({ size: this.size, objects }).then((lines) => this.keep(lines));
    // Awaited before the next one; until then a rejection is not unhandled.
    this.parting.catch(() => undefined);
  }

  private keep(lines: Int32Array): void {
    for (let i = 0; i < lines.length; i += 2) {
      const row = lines[i]!;
      const band = this.bandOf[row]!;
      this.lines.add(band, (row - this.tops[band]!) * this.size.width + lines[i + 1]!);
    }
  }
}

/** Pixels of bands, in any order: those of one band together again. */
class LineSpool {
  private readonly file: NamelessFile;
  private readonly bands: { held: number[]; written: { place: number; length: number }[] }[] = [];
  private held = 0;

  constructor(
    folder: string,
    private readonly mostHeld = 4_000_000,
  ) {
    this.file = new NamelessFile(folder, 'lines between parts of objects');
  }

  add(band: number, at: number): void {
    while (this.bands.length <= band) this.bands.push({ held: [], written: [] });
    this.bands[band]!.held.push(at);
    if (++this.held >= this.mostHeld) this.write();
  }

  *of(band: number): Generator<number> {
    const { held, written } = this.bands[band] ?? { held: [], written: [] };
    for (const { place, length } of written) {
      const { buffer } = this.file.read(place, length);
      yield* new Uint32Array(buffer);
    }
    yield* held;
  }

  close(): void {
    this.file.close();
  }

  private write(): void {
    for (const { held, written } of this.bands)
      if (held.length) {
        const bytes = new Uint8Array(Uint32Array.from(held).buffer);
        written.push({ place: this.file.append(bytes), length: bytes.length });
        held.length = 0;
      }
    this.held = 0;
  }
}
