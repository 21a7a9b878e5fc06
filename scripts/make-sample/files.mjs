/** The files of the sample, with bytes that depend on nothing but the pixels: no machine's own deflate. */
import { encode } from 'fast-png';

/** 8-bit grey PNG. */
export const greyPng = (width, height, data) => encode({ width, height, channels: 1, depth: 8, data });

/** Indexed PNG: value = label value, void black. */
export const labelPng = (width, height, data, palette) =>
  encode({ width, height, channels: 1, depth: 8, data, palette });

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;

/** 16-bit grey TIFF in one plain strip, with its pixel size. */
export function greyTiff(width, height, data, pixelSizeUm) {
  const fields = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, 16],
    [259, SHORT, 1],
    [262, SHORT, 1],
    [273, LONG, 0],
    [277, SHORT, 1],
    [278, LONG, height],
    [279, LONG, data.length * 2],
    [282, RATIONAL, 0],
    [283, RATIONAL, 0],
    [296, SHORT, 3],
  ];
  const rationalAt = 8 + 2 + fields.length * 12 + 4;
  const dataAt = rationalAt + 8;
  const file = Buffer.alloc(dataAt + data.length * 2);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(fields.length, 8);
  fields.forEach(([tag, type, given], i) => {
    const value = tag === 273 ? dataAt : type === RATIONAL ? rationalAt : given;
    file.writeUInt16LE(tag, 10 + i * 12);
    file.writeUInt16LE(type, 12 + i * 12);
    file.writeUInt32LE(1, 14 + i * 12);
    if (type === SHORT) file.writeUInt16LE(value, 18 + i * 12);
    else file.writeUInt32LE(value, 18 + i * 12);
  });
  // Pixels a centimetre.
  file.writeUInt32LE(Math.round((10_000 / pixelSizeUm) * 1000), rationalAt);
  file.writeUInt32LE(1000, rationalAt + 4);
  for (let i = 0; i < data.length; i++) file.writeUInt16LE(data[i], dataAt + i * 2);
  return file;
}
