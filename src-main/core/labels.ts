/** Label pictures read into label maps, and the account of values that mean nothing yet. */
import { basename } from 'node:path';
import { AppError } from '../shared/errors.js';
import { VOID } from '../shared/model.js';
import { encodeMask, type EncodedMask } from '../store/masks.js';
import type { LabelPixels } from '../pixels/decode.js';
import { LABEL_VALUES, suggestMap, type ValueTable } from './class-map.js';

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
 * The numbers of a label picture as an encoded label map, or null when they hold values that the account has no meaning for.
 * @throws AppError('bad-labels') when its size is not the image's.
 */
export function mapLabels(
  { width, height, data }: LabelPixels,
  path: string,
  image: Size,
  account: ValueAccount,
): EncodedMask | null {
  if (width !== image.width || height !== image.height)
    throw new AppError(
      'bad-labels',
      `${basename(path)} is ${width} × ${height} px and ${image.name} is ${image.width} × ${image.height}`,
    );
  const seen = new Uint8Array(data instanceof Uint8Array ? 256 : LABEL_VALUES);
  for (let i = 0; i < data.length; i++) seen[data[i]!] = 1;
  const values = Array.from(seen.keys()).filter((value) => seen[value]);
  if (!account.add(values)) return null;
  const { table } = account;
  const labels = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) labels[i] = table[data[i]!]!;
  return encodeMask({ width, height, data: labels });
}

/** `0, 1, 2 and 255`; a long list is cut short. */
function listed(values: readonly number[]): string {
  if (values.length > 8)
    return `${values.slice(0, 6).join(', ')}, … ${values.at(-1)} (${values.length} values)`;
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} and ${values.at(-1)}`;
}
