/** Unpacking of single TIFF blocks (strips and tiles). */
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { checkRatio } from './limits.js';
import { DamagedImage, UnsupportedFeature } from './refusal.js';

export const COMPRESSION = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  oldDeflate: 32946,
  packBits: 32773,
  zstd: 50000,
} as const;

const READ = new Set<number>(Object.values(COMPRESSION));

const REFUSED: Record<number, string> = {
  2: 'CCITT fax compression',
  3: 'CCITT fax compression',
  4: 'CCITT fax compression',
  6: 'old-style JPEG compression',
  32766: 'NeXT compression',
  32809: 'ThunderScan compression',
  33003: 'JPEG 2000 compression',
  33005: 'JPEG 2000 compression',
  34676: 'SGI log compression',
  34712: 'JPEG 2000 compression',
  34887: 'LERC compression',
  34892: 'lossy DNG compression',
  34925: 'LZMA compression',
  50001: 'WebP compression',
  50002: 'JPEG XL compression',
  52546: 'JPEG XL compression',
};

/** @throws UnsupportedFeature naming the compression. */
export function requireCompression(compression: number): void {
  if (!READ.has(compression))
    throw new UnsupportedFeature(REFUSED[compression] ?? `compression ${compression}`);
}

/** Bytes that one packed byte can stand for at most. */
export const bestRatioOf = (compression: number): number =>
  ({
    [COMPRESSION.none]: 1,
    [COMPRESSION.packBits]: 64,
    [COMPRESSION.lzw]: 1400,
    [COMPRESSION.deflate]: 1032,
    [COMPRESSION.oldDeflate]: 1032,
    [COMPRESSION.jpeg]: 2000,
    [COMPRESSION.zstd]: 35_000,
  })[compression] ?? 1;

/**
 * @param needed Bytes the block must give; what comes after them is padding.
 * @param full Bytes of a whole block: a last strip may be written in full.
 * @returns At least `needed` bytes, perhaps a view of `packed`.
 * @throws DamagedImage when it gives fewer.
 */
export function unpackBlock(
  packed: Uint8Array,
  { compression, needed, full }: { compression: number; needed: number; full: number },
): Uint8Array {
  // A tile may be far larger than its image, whose size alone was compared with the file's.
  const ratio = bestRatioOf(compression);
  checkRatio(packed.length, needed, ratio);
  const plain = unpack(packed, compression, needed, Math.min(full, (packed.length + 64) * ratio));
  if (plain.length < needed)
    throw new DamagedImage(`a block of data gives ${plain.length} of ${needed} bytes`);
  return plain;
}

function unpack(packed: Uint8Array, compression: number, needed: number, full: number): Uint8Array {
  // Writers may pad a block; a block much larger than its place is a bomb and is stopped.
  const maxOutputLength = full + 65_536;
  // In one piece: zlib's default pieces of 16 KiB are joined at the end.
  const chunkSize = full + 64;
  switch (compression) {
    case COMPRESSION.none:
      return packed;
    case COMPRESSION.deflate:
    case COMPRESSION.oldDeflate:
      return inflateSync(packed, { maxOutputLength, chunkSize });
    case COMPRESSION.zstd:
      return zstdDecompressSync(packed, { maxOutputLength, chunkSize });
    case COMPRESSION.packBits:
      return unpackPackBits(packed, needed);
    default:
      return unpackLzw(packed, needed);
  }
}

/** Apple's run lengths: n ≥ 0 copies n + 1 bytes, n < 0 repeats the next byte 1 − n times, −128 does nothing. */
function unpackPackBits(packed: Uint8Array, needed: number): Uint8Array {
  const out = new Uint8Array(needed);
  let from = 0;
  let to = 0;
  while (from < packed.length && to < needed) {
    const n = (packed[from++]! << 24) >> 24;
    if (n === -128) continue;
    const length = n >= 0 ? n + 1 : 1 - n;
    if (n >= 0) {
      if (from + length > packed.length) break;
      out.set(packed.subarray(from, from + Math.min(length, needed - to)), to);
      from += length;
    } else {
      if (from >= packed.length) break;
      out.fill(packed[from++]!, to, Math.min(needed, to + length));
    }
    to += length;
  }
  return out.subarray(0, Math.min(to, needed));
}

const CLEAR = 256;
const END = 257;

/** TIFF's LZW: codes of 9 to 12 bits, most significant bit first, growing one code early. */
function unpackLzw(packed: Uint8Array, needed: number): Uint8Array {
  if (packed[0] === 0 && (packed[1]! & 1) === 1) throw new UnsupportedFeature('old-style LZW compression');
  const out = new Uint8Array(needed);
  // A code stands for the bytes of `out` at `starts[code]`: every string was just written there once.
  const starts = new Uint32Array(4096);
  const lengths = new Uint16Array(4096);
  let [to, next, bits] = [0, END + 1, 9];
  let [held, heldBits, from] = [0, 0, 0];
  let previousAt = -1;
  let previousLength = 0;
  while (to < needed) {
    while (heldBits < bits) {
      if (from >= packed.length) return out.subarray(0, to);
      held = ((held << 8) | packed[from++]!) & 0xffffff;
      heldBits += 8;
    }
    heldBits -= bits;
    const code = (held >> heldBits) & ((1 << bits) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, bits, previousAt] = [END + 1, 9, -1];
      continue;
    }
    const at = to;
    if (code < 256) out[to++] = code;
    else if (code < next) {
      const end = to + Math.min(lengths[code]!, needed - to);
      for (let s = starts[code]!; to < end; s++) out[to++] = out[s]!;
    } else if (code === next && previousAt >= 0) {
      const end = to + Math.min(previousLength + 1, needed - to);
      for (let s = previousAt; to < end; s++) out[to++] = out[s]!;
    } else throw new DamagedImage('its LZW data hold a code that was never defined');
    if (previousAt >= 0 && next < 4096) {
      // The previous string and the first byte of this one stand next to each other in `out`.
      starts[next] = previousAt;
      lengths[next++] = previousLength + 1;
    }
    if (next + 1 >= 1 << bits && bits < 12) bits++;
    previousAt = at;
    previousLength = to - at;
  }
  return out.subarray(0, to);
}
