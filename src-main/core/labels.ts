/** Whether label pictures fit their images, and the account of values that mean nothing yet. */
import { basename } from 'node:path';
import { AppError } from '../shared/errors.js';
import { VOID } from '../shared/model.js';
import type { PackedMask } from '../pixels/label-mask.js';
import { suggestMap, type ValueTable } from './class-map.js';

interface Size {
  name: string;
  width: number;
  height: number;
}

/** Values seen in label pictures, over a whole import. */
export class ValueAccount {
  /** Files a value occurs in. */
  readonly found = new Map<number, number>();
  private readonly unmapped = new Set<number>();

  constructor(readonly table: ValueTable) {}

  /** @returns whether every value has a meaning. */
  add(values: readonly number[]): boolean {
    let known = true;
    for (const value of values) {
      this.found.set(value, (this.found.get(value) ?? 0) + 1);
      if (this.table[value]! >= 0) continue;
      this.unmapped.add(value);
      known = false;
    }
    return known;
  }

  /** @throws AppError('bad-labels') naming the values without a meaning and a map to copy. */
  requireKnown(hasMap: boolean): void {
    const all = [...this.found.keys()].toSorted((a, b) => a - b);
    // Only 0 and the void value: nobody imports labels to label nothing, so these mean something in this data set.
    const allVoid = !hasMap && all.every((value) => this.table[value] === VOID);
    const values = allVoid ? all : [...this.unmapped].toSorted((a, b) => a - b);
    if (!values.length) return;
    const files = Math.max(...values.map((value) => this.found.get(value)!));
    const what = hasMap
      ? `The map does not say what ${listed(values)} is (in ${files} label file${files === 1 ? '' : 's'}); add it`
      : `The label files hold the ${all.length === 1 ? 'value' : 'values'} ${listed(all)}, and no class of the project has ${listed(values)}; say what they are`;
    throw new AppError(
      'bad-labels',
      `${what}, for example --map ${hasMap ? `…,${values[0]}=void` : suggestMap(all)}; nothing was imported.`,
    );
  }
}

/**
 * Whether a label picture's values all have a meaning, after they were added to the account.
 * @throws AppError('bad-labels') when its size is not the image's.
 */
export function accept(
  { width, height, values }: Pick<PackedMask, 'width' | 'height' | 'values'>,
  path: string,
  image: Size,
  account: ValueAccount,
): boolean {
  if (width !== image.width || height !== image.height)
    throw new AppError(
      'bad-labels',
      `${basename(path)} is ${width} × ${height} px and ${image.name} is ${image.width} × ${image.height}`,
    );
  return account.add(values);
}

/** `0, 1, 2 and 255`; a long list is cut short. */
function listed(values: readonly number[]): string {
  if (values.length > 8)
    return `${values.slice(0, 6).join(', ')}, … ${values.at(-1)} (${values.length} values)`;
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} and ${values.at(-1)}`;
}
