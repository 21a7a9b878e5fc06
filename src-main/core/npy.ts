/** NumPy's array file, which every tool around Python reads with `numpy.load`. */

/**
 * A float32 array in C order as `.npy`, format version 1.0 (numpy.lib.format).
 * @throws RangeError when shape and data differ.
 */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  if (shape.reduce((product, side) => product * side, 1) !== data.length)
    throw new RangeError(`${data.length} values for the shape ${shape.join(' × ')}`);
  const header = npyHeader(shape);
  const file = Buffer.alloc(header.length + data.byteLength);
  file.set(header);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return file;
}

/** What stands before the numbers of a float32 array in C order. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and length take ten bytes; the data must start at a multiple of 64.
  const line = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const header = Buffer.alloc(10 + line.length);
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(line.length, 8);
  header.write(line, 10, 'latin1');
  return header;
}
