/** Measures an image that is too large for memory, from bands of its labels and of its pixels. */
import { StreamedObjects } from '../measure/streamed-objects.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import type { ClassNames } from './measurement-files.js';
import type { ObjectChoice } from './measured-objects.js';
import { classesIn, countValues, rowsOf, type MeasuredPlane, type MeasuredRows } from './measured-rows.js';

export type StreamedChoice = Omit<ObjectChoice, 'split'>;

/** The rows that the whole image has. Labels and pixels of one band after the other, from the top. */
export class MeasuredStream {
  private readonly counts: Float64Array = countValues(new Uint8Array(0));
  private readonly names: string[] = [];
  /** Number of a value's class, from 1; 0: it has no objects, −1: not met yet. */
  private readonly classOf = new Int16Array(65_536).fill(-1);
  private readonly objects: StreamedObjects;

  constructor(
    private readonly plane: MeasuredPlane,
    private readonly classes: ClassNames,
    channels: number,
  ) {
    this.objects = new StreamedObjects(plane, channels);
  }

  /** @throws AppError('bad-labels') for over 255 classes, 'too-large' for too many objects, and what `classes` throws. */
  add(labels: Uint8Array | Uint16Array, image: PixelImage | null): void {
    countValues(labels, this.counts);
    const values = new Uint8Array(labels.length);
    for (let i = 0; i < labels.length; i++) {
      const value = labels[i]!;
      if (this.classOf[value] === -1) this.meet(value);
      values[i] = this.classOf[value]!;
    }
    this.objects.add(values, image);
  }

  finish({ minArea = 0, wholeOnly = false }: StreamedChoice = {}): MeasuredRows {
    const found = classesIn(this.counts, this.classes);
    const objects = this.objects
      .finish()
      .filter(({ properties: { area, touchesBorder } }) => area >= minArea && !(wholeOnly && touchesBorder))
      .map(({ value, properties }) => ({ className: this.names[value - 1]!, properties }));
    const carrying = found.reduce((sum, { pixels }) => sum + pixels, 0);
    return rowsOf(this.plane, { objects, found, carrying });
  }

  private meet(value: number): void {
    const info = this.classes(value);
    if (!info || info.background) {
      this.classOf[value] = 0;
      return;
    }
    if (!this.names.includes(info.name)) this.names.push(info.name);
    if (this.names.length > 255)
      throw new AppError(
        'bad-labels',
        'it has more than 255 classes; if its values number objects, add --objects',
      );
    this.classOf[value] = this.names.indexOf(info.name) + 1;
  }
}
