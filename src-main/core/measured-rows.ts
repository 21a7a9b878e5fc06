/** What is written of one measured image: its objects, and how many pixels each class has. */
import type { ClassNames } from './measurement-files.js';
import { OBJECT, type MeasuredObject } from './measured-objects.js';
import type { ClassRow, ObjectRow } from './measurement-table.js';

export interface MeasuredRows {
  rows: ObjectRow[];
  classRows: ClassRow[];
}

export type MeasuredPlane = Pick<ClassRow, 'image' | 'page' | 'width' | 'height' | 'pixelSizeUm'>;

export interface FoundClass {
  value: number;
  name: string;
  background: boolean;
  pixels: number;
}

/** Values of up to 16 bits. */
const VALUES = 65_536;

export function countValues(
  data: Uint8Array | Uint16Array,
  counts: Float64Array = new Float64Array(VALUES),
): Float64Array {
  for (let i = 0; i < data.length; i++) counts[data[i]!]!++;
  return counts;
}

/**
 * What the values of a file stand for and how many pixels have them, by value.
 * @param classes null: all values but 0 number objects. @throws what `classes` throws.
 */
export function classesIn(counts: Float64Array, classes: ClassNames | null): FoundClass[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (!classes) return [{ value: 0, name: OBJECT, background: false, pixels: all - counts[0]! }];
  return [...counts.entries()].flatMap(([value, pixels]) => {
    const info = pixels > 0 ? classes(value) : null;
    return info ? [{ value, pixels, ...info }] : [];
  });
}

/** @param carrying Pixels that the shares are of. */
export function rowsOf(
  plane: MeasuredPlane,
  { objects, found, carrying }: { objects: readonly MeasuredObject[]; found: FoundClass[]; carrying: number },
): MeasuredRows {
  const { image, page, pixelSizeUm } = plane;
  return {
    rows: objects.map((one) => ({ image, page, pixelSizeUm, ...one })),
    classRows: merged(found).map(({ name: className, background, pixels }) => ({
      ...plane,
      className,
      pixels,
      fraction: carrying ? pixels / carrying : 0,
      objects: background ? null : objects.filter((one) => one.className === className).length,
    })),
  };
}

/** Several values of one class are one class. */
function merged(classes: readonly FoundClass[]): FoundClass[] {
  const byName = new Map<string, FoundClass>();
  for (const one of classes) {
    const known = byName.get(one.name);
    if (known) known.pixels += one.pixels;
    else byName.set(one.name, { ...one });
  }
  return [...byName.values()];
}
