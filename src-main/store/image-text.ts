/** Texts that the image list sorts and searches by. */

/** Digits are compared as numbers up to this many of them. */
const NUMBER_DIGITS = 12;

/** Sorts as people expect: `cell 2` before `cell 10`, without regard to case. */
export const nameKey = (name: string): string =>
  name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(NUMBER_DIGITS, '0'));

/** What a search looks in; the search is lower-cased the same way. */
export const searchText = (name: string, note: string): string => searchKey(`${name}\n${note}`);

/** Composed, so that "é" is found however the file system spells it. */
export const searchKey = (text: string): string => text.normalize('NFC').toLowerCase();
