/** Tiled TIFF files of any size, made a row of tiles at a time: pictures to measure the window with. */
import { open } from 'node:fs/promises';
import { randomFor } from '../../shared/random.js';

export interface MadeUpTiff {
  sidePx: number;
  /** Bits a sample. */
  bits: 8 | 16;
  seed: number;
}

const TILE_PX = 256;
const SHORT = 3;
const LONG = 4;
const ENTRY_BYTES = 12;

/** Spots on a noisy ground, grey, uncompressed, in tiles of 256². @param sidePx a multiple of 256 */
export async function writeMadeUpTiff(path: string, { sidePx, bits, seed }: MadeUpTiff): Promise<void> {
  const across = sidePx / TILE_PX;
  const tileBytes = (TILE_PX * TILE_PX * bits) / 8;
  const header = headerOf({ sidePx, bits, tiles: across * across, tileBytes });
  const patterns = Array.from({ length: 4 }, (_, n) => pattern(bits, seed * 4 + n));
  const file = await open(path, 'w');
  try {
    await file.write(header);
    const row = Buffer.alloc(across * tileBytes);
    for (let ty = 0; ty < across; ty++) {
      for (let tx = 0; tx < across; tx++)
        row.set(patterns[(tx * 7 + ty * 13 + ((tx * ty) >> 1)) % patterns.length]!, tx * tileBytes);
      await file.write(row);
    }
  } finally {
    await file.close();
  }
}

/** Little-endian samples of one tile. */
function pattern(bits: 8 | 16, seed: number): Uint8Array {
  const random = randomFor(seed, bits);
  const most = bits === 8 ? 255 : 4095;
  const samples = bits === 8 ? new Uint8Array(TILE_PX ** 2) : new Uint16Array(TILE_PX ** 2);
  for (let i = 0; i < samples.length; i++) samples[i] = most * (0.1 + 0.1 * random.next());
  for (let spot = 0; spot < 12; spot++) {
    const radius = 6 + random.integer(16);
    const [cx, cy] = [radius, radius].map((edge) => edge + random.integer(TILE_PX - 2 * edge)) as [
      number,
      number,
    ];
    for (let y = cy - radius; y <= cy + radius; y++)
      for (let x = cx - radius; x <= cx + radius; x++) {
        const near = 1 - Math.hypot(x - cx, y - cy) / radius;
        const at = y * TILE_PX + x;
        if (near > 0) samples[at] = Math.min(most, samples[at]! + most * 0.6 * near);
      }
  }
  return new Uint8Array(samples.buffer);
}

function headerOf({
  sidePx,
  bits,
  tiles,
  tileBytes,
}: {
  sidePx: number;
  bits: number;
  tiles: number;
  tileBytes: number;
}): Buffer {
  const entries = 10;
  const arrays = 8 + 2 + entries * ENTRY_BYTES + 4;
  // One offset or count stands in the entry itself; several stand behind the entries.
  const listBytes = tiles === 1 ? 0 : tiles * 4;
  const pixels = arrays + 2 * listBytes;
  const header = Buffer.alloc(pixels);
  header.write('II');
  header.writeUInt16LE(42, 2);
  header.writeUInt32LE(8, 4);
  header.writeUInt16LE(entries, 8);
  const values: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, sidePx],
    [257, LONG, 1, sidePx],
    [258, SHORT, 1, bits],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    [277, SHORT, 1, 1],
    [322, LONG, 1, TILE_PX],
    [323, LONG, 1, TILE_PX],
    [324, LONG, tiles, tiles === 1 ? pixels : arrays],
    [325, LONG, tiles, tiles === 1 ? tileBytes : arrays + listBytes],
  ];
  values.forEach(([tag, type, count, value], n) => {
    const at = 10 + n * ENTRY_BYTES;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count, at + 4);
    header.writeUInt32LE(value, at + 8);
  });
  for (let n = 0; listBytes > 0 && n < tiles; n++) {
    header.writeUInt32LE(pixels + n * tileBytes, arrays + n * 4);
    header.writeUInt32LE(tileBytes, arrays + listBytes + n * 4);
  }
  return header;
}
