/** Arrays of numbers that grow as they are filled. */

/** The array, or a copy of at least twice its length that has the index. */
export const withIndex = <T extends Int32Array | Uint8Array | Float64Array>(
  array: T,
  index: number,
  kind: new (length: number) => T,
): T => {
  if (index < array.length) return array;
  const larger = new kind(Math.max(array.length * 2, index + 1));
  larger.set(array);
  return larger;
};
