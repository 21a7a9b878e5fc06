/** Windows' run lengths for BMP of 4 and 8 bits (BI_RLE4, BI_RLE8), to one palette index a byte. */
import { DamagedImage } from './refusal.js';

/**
 * @param packed From the first code to the file's end.
 * @returns Rows as stored: bottom row first. Pixels that are jumped over are 0.
 * @throws DamagedImage for data that end early or run out of the picture.
 */
export function unpackBmpRuns(
  packed: Uint8Array,
  { width, height, bits }: { width: number; height: number; bits: number },
): Uint8Array {
  const out = new Uint8Array(width * height);
  let [at, x, y] = [0, 0, 0];
  const next = (): number => {
    if (at >= packed.length) throw new DamagedImage('its pixel data are cut off');
    return packed[at++]!;
  };
  const put = (value: number) => {
    if (x >= width || y >= height) throw new DamagedImage('its run lengths leave the picture');
    out[y * width + x++] = value;
  };
  const half = (byte: number, i: number) => (bits === 8 ? byte : i % 2 ? byte & 15 : byte >> 4);
  for (;;) {
    const count = next();
    const code = next();
    if (count) for (let i = 0; i < count; i++) put(half(code, i));
    else if (code === 0) [x, y] = [0, y + 1];
    else if (code === 1) return out;
    else if (code === 2) [x, y] = [x + next(), y + next()];
    else {
      let byte = 0;
      for (let i = 0; i < code; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        put(half(byte, i));
      }
      // Plain stretches are padded to two bytes.
      if (Math.ceil((code * bits) / 8) % 2) next();
    }
  }
}
