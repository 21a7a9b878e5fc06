/** The smallest float32 TIFF: one uncompressed strip, little-endian. */
export function encodeFloatTiff(width: number, height: number, values: Float32Array): Uint8Array {
  const entries: [tag: number, type: 3 | 4, value: number][] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, values.byteLength],
    [339, 3, 3],
  ];
  const directory = 8 + values.byteLength;
  const file = Buffer.alloc(directory + 2 + entries.length * 12 + 4);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(directory, 4);
  values.forEach((value, i) => file.writeFloatLE(value, 8 + i * 4));
  file.writeUInt16LE(entries.length, directory);
  entries.forEach(([tag, type, value], i) => {
    const at = directory + 2 + i * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}
