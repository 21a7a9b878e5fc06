/** NumPy's array file, which every tool around Python reads with `numpy.load`. */

/**
 * A float32 array in C order as `.npy`, format version 1.0 (numpy.lib.format).
 * @throws RangeError when shape and data differ.
 */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  if (shape.reduce((product, side) => product * side, 1) !== data.length)
    throw new RangeError(`${data.length} values for the shape ${shape.join(' × ')}`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and length take ten bytes; the data must start at a multiple of 64.
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const file = Buffer.alloc(10 + header.length + data.byteLength);
  file.write('\x93NUMPY\x01\x00', 0, 'latin1');
  file.writeUInt16LE(header.length, 8);
  file.write(header, 10, 'latin1');
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return file;
}
