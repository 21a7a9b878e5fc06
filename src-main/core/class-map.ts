/** The table that says which class a value in a label picture means: `0-127=membrane,128-255=cell`. */
import { AppError } from '../shared/errors.js';
import { MAX_CLASSES, VOID, type ClassInfo } from '../shared/model.js';

/** Values of label pictures are at most 16 bits. */
export const LABEL_VALUES = 65_536;

/** Not a class: pixels of these values stay unlabelled. */
export const VOID_NAME = 'void';

export interface ClassRange {
  /** Values `from` to `to`, both included. */
  from: number;
  to: number;
  name: string;
}

export type ClassMap = readonly ClassRange[];

/** What each value of a label picture becomes: a label value, or −1 where nothing says so. */
export type ValueTable = Int16Array;

/** @throws AppError('usage') that quotes the part it cannot read. */
export function parseClassMap(text: string): ClassMap {
  const ranges = text.split(',').map((part) => {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?=(.*)$/.exec(part);
    if (!match)
      throw new AppError(
        'usage',
        `"${part.trim()}" in the map "${text}" is not VALUE=CLASS or FROM-TO=CLASS, as in 0-127=membrane,128-255=cell.`,
      );
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    if (to < from || to >= LABEL_VALUES)
      throw new AppError('usage', `"${part.trim()}" is no range of values from 0 to ${LABEL_VALUES - 1}.`);
    return { from, to, name: requireClassName(match[3]!) };
  });
  const sorted = ranges.toSorted((a, b) => a.from - b.from);
  for (const [i, range] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && next.from <= range.to)
      throw new AppError(
        'usage',
        `The map "${text}" gives the value ${next.from} to two classes; give it to one.`,
      );
  }
  return ranges;
}

/** The classes that a map needs and the project lacks, in the map's order. */
export function missingClasses(map: ClassMap, classes: readonly ClassInfo[]): string[] {
  const known = new Set([VOID_NAME, ...classes.map((info) => info.name)]);
  return [...new Set(map.map((range) => range.name))].filter((name) => !known.has(name));
}

/** The table of a map over classes that include all it names. */
export function tableOfMap(map: ClassMap, classes: readonly Pick<ClassInfo, 'value' | 'name'>[]): ValueTable {
  const table = new Int16Array(LABEL_VALUES).fill(-1);
  for (const { from, to, name } of map) {
    const value = name === VOID_NAME ? VOID : classes.find((info) => info.name === name)!.value;
    table.fill(value, from, to + 1);
  }
  return table;
}

/** Without a map, values are label values already; `voidValue` (255 in VOC folders) means unlabelled too. */
export function tableOfClasses(classes: readonly ClassInfo[], voidValue: number | null): ValueTable {
  const table = new Int16Array(LABEL_VALUES).fill(-1);
  table[VOID] = VOID;
  if (voidValue !== null) table[voidValue] = VOID;
  for (const { value } of classes) table[value] = value;
  return table;
}

/** A map to copy and change, for values that were found (ascending): two, a few, counted from 1, or grey levels. */
export function suggestMap(values: readonly number[]): string {
  const last = values.at(-1) ?? 0;
  if (values.length <= 2) return values.map((v, i) => `${v}=${i ? 'object' : 'background'}`).join(',');
  if (values.length <= 12) return values.map((v, i) => `${v}=${i ? `class${i}` : 'background'}`).join(',');
  // Values without gaps number the objects of an instance map; others are the greys of a blurred or JPEG mask.
  const counted = last <= values.length;
  return counted
    ? `0=background,1-${last}=object`
    : `0-${last >> 1}=background,${(last >> 1) + 1}-${last}=object`;
}

/** A class name without surrounding blanks. @throws AppError('usage') when it is empty, too long or unprintable. */
export function requireClassName(text: string): string {
  const name = text.trim();
  if (!name || name.length > 100 || /[\p{Cc},=]/u.test(name))
    throw new AppError(
      'usage',
      `"${name}" cannot be the name of a class: it needs 1 to 100 characters, without commas and equals signs.`,
    );
  return name;
}

/** @throws AppError('usage') when a new class list would be too long. */
export function requireRoomFor(added: number, classes: number): void {
  if (classes + added > MAX_CLASSES)
    throw new AppError(
      'usage',
      `A project has at most ${MAX_CLASSES} classes; ${classes + added} were asked for.`,
    );
}
