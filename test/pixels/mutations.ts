/** Damaged files from whole ones, the same for a format, seed and number. */
import { crc32 } from 'node:zlib';
import { randomFor } from '../../src-main/shared/random.js';

/** Values that headers stumble over. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff];

/** A copy of one of the files with a few bytes, a stretch or its end changed. */
export function mutated(files: readonly Buffer[], seed: number, number: number): Buffer {
  const random = randomFor(seed, number);
  const file = Buffer.from(files[random.integer(files.length)]!);
  // Headers are where sizes and offsets are: half of the changes go there.
  const place = () => random.integer(random.chance(0.5) ? Math.min(200, file.length) : file.length);
  for (let changes = 1 + random.integer(4); changes > 0; changes--) {
    const at = place();
    switch (random.integer(6)) {
      case 0:
        file[at] = random.integer(256);
        break;
      case 1:
        file[at] = EDGES[random.integer(EDGES.length)]!;
        break;
      case 2:
        file[at] = file[at]! ^ (1 << random.integer(8));
        break;
      case 3:
        file.fill(random.chance(0.5) ? 255 : 0, at, Math.min(file.length, at + 1 + random.integer(8)));
        break;
      case 4:
        file.copy(file, at, place(), place() + 1);
        break;
      default:
        if (random.chance(0.2)) return file.subarray(0, at);
        file.writeUInt8(255, at);
    }
  }
  // Otherwise nearly all damage to a PNG would end at its checksums.
  if (random.chance(0.7)) repairChecksums(file);
  return file;
}

/** Makes the checksums of a PNG fit its damaged chunks; other files stay as they are. */
function repairChecksums(file: Buffer): void {
  if (file.toString('latin1', 1, 4) !== 'PNG') return;
  for (let at = 8; at + 12 <= file.length;) {
    const end = at + 8 + file.readUInt32BE(at);
    if (end + 4 > file.length) return;
    file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end);
    at = end + 4;
  }
}
