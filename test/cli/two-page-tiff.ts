/** The smallest stack there is. */

/** An uncompressed grey TIFF of two pages (TIFF 6.0, one strip a page). */
export function twoPageTiff(side: number): Buffer {
  const TAGS = (offset: number) => [
    [256, 3, side], // width
    [257, 3, side], // height
    [258, 3, 8], // bits a sample
    [259, 3, 1], // no compression
    [262, 3, 1], // black is zero
    [273, 4, offset], // where the strip is
    [277, 3, 1], // samples a pixel
    [278, 4, side], // rows a strip
    [279, 4, side * side], // its bytes
  ];
  const directoryBytes = 2 + 9 * 12 + 4;
  const pages = [0, 1].map((page) => {
    const start = 8 + page * (directoryBytes + side * side);
    const directory = Buffer.alloc(directoryBytes);
    directory.writeUInt16LE(9, 0);
    TAGS(start + directoryBytes).forEach(([tag, type, value], i) => {
      directory.writeUInt16LE(tag!, 2 + i * 12);
      directory.writeUInt16LE(type!, 4 + i * 12);
      directory.writeUInt32LE(1, 6 + i * 12);
      directory.writeUInt32LE(value!, 10 + i * 12);
    });
    directory.writeUInt32LE(page === 0 ? start + directoryBytes + side * side : 0, directoryBytes - 4);
    return Buffer.concat([directory, Buffer.alloc(side * side, 100 + page * 50)]);
  });
  const header = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  return Buffer.concat([header, ...pages]);
}
