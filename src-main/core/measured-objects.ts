/** The objects of one label file: numbered by the file itself, or the connected parts of its classes. */
import { connectedComponents } from '../measure/components.js';
import { measureObjects, type ObjectMap, type ObjectProperties } from '../measure/object-properties.js';
import { splitTouching } from '../measure/watershed.js';
import type { LabelPixels } from '../pixels/decode.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';

export interface ObjectChoice {
  /** Takes objects that touch apart where they are narrow. */
  split?: boolean;
  /** Objects of fewer pixels are left out. */
  minArea?: number;
  /** Objects at the image's edge are left out. */
  wholeOnly?: boolean;
}

export interface MeasuredObject {
  className: string;
  properties: ObjectProperties;
}

/** Name of what is numbered by its file. */
export const OBJECT = 'object';

/**
 * @param nameOf The class of a value, null for one that has no objects; or 'numbered': the values are objects.
 * @throws AppError('bad-labels') for over 255 classes.
 */
export function measuredObjects(
  labels: ObjectMap & { data: LabelPixels['data'] },
  image: PixelImage | null,
  nameOf: ((value: number) => string | null) | 'numbered',
  { split = false, minArea = 0, wholeOnly = false }: ObjectChoice = {},
): MeasuredObject[] {
  const { map, classOf } =
    nameOf === 'numbered' ? { map: labels, classOf: () => OBJECT } : componentsOf(labels, nameOf);
  const parts = split ? splitTouching(map) : null;
  return measureObjects(parts ?? map, image ?? undefined)
    .filter(({ area, touchesBorder }) => area >= minArea && !(wholeOnly && touchesBorder))
    .map((properties) => ({
      properties,
      className: classOf(parts ? parts.parents[properties.label - 1]! : properties.label),
    }));
}

/** Several values of one class are one class. */
function componentsOf(
  { width, height, data }: ObjectMap & { data: LabelPixels['data'] },
  nameOf: (value: number) => string | null,
): { map: ObjectMap; classOf: (label: number) => string } {
  const names: string[] = [];
  const table = new Uint8Array(65_536);
  for (const value of new Set(data)) {
    const name = nameOf(value);
    if (name === null) continue;
    if (!names.includes(name)) names.push(name);
    if (names.length > 255)
      throw new AppError(
        'bad-labels',
        'it has more than 255 classes; if its values number objects, add --objects',
      );
    table[value] = names.indexOf(name) + 1;
  }
  const map = connectedComponents({ width, height, data: Uint8Array.from(data, (value) => table[value]!) });
  return { map, classOf: (label) => names[map.values[label - 1]! - 1]! };
}
