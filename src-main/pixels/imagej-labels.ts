/** Slice labels from ImageJ's metadata block (ij.io.TiffEncoder: tags 50838 and 50839). */
import { TAG, type TiffFile } from './tiff-file.js';

const MAGIC = 'IJIJ';
const LABELS = 'labl';
const MAX_BYTES = 16 * 1024 * 1024;

/** The labels of the slices in their order, the first ones being the channels of the first page; null without any. */
export async function imagejChannelNames(file: TiffFile): Promise<string[] | null> {
  const directory = file.directories[0]!;
  const counts = await file.numbers(directory, TAG.imagejMetadataCounts, 1 << 20).catch(() => null);
  const block = await file.raw(directory, TAG.imagejMetadata, MAX_BYTES).catch(() => null);
  if (!counts || !block || counts.length < 2) return null;
  const headerBytes = counts[0]!;
  if (headerBytes < 12 || headerBytes > block.length) return null;
  // Four letters and a count for each kind of value, in the writer's byte order; so is the text.
  const tag = (at: number) => block.toString('latin1', at, at + 4);
  const bigEndian = tag(0) === MAGIC;
  if (!bigEndian && tag(0) !== [...MAGIC].reverse().join('')) return null;
  const wanted = bigEndian ? LABELS : [...LABELS].reverse().join('');
  let index = 1;
  for (let at = 4; at + 8 <= headerBytes; at += 8) {
    const values = bigEndian ? block.readUInt32BE(at + 4) : block.readUInt32LE(at + 4);
    if (tag(at) === wanted) return readLabels(block, counts, { index, values, headerBytes, bigEndian });
    index += values;
  }
  return null;
}

function readLabels(
  block: Buffer,
  counts: readonly number[],
  options: { index: number; values: number; headerBytes: number; bigEndian: boolean },
): string[] | null {
  const { index, values, headerBytes, bigEndian } = options;
  if (index + values > counts.length) return null;
  let at = headerBytes;
  for (let i = 1; i < index; i++) at += counts[i]!;
  const labels: string[] = [];
  for (let i = index; i < index + values; i++) {
    const end = at + counts[i]!;
    if (end > block.length || counts[i]! % 2) return null;
    const text = Buffer.from(block.subarray(at, end));
    labels.push((bigEndian ? text.swap16() : text).toString('utf16le'));
    at = end;
  }
  // ImageJ writes labels also where nobody gave any.
  return labels.some((label) => label !== '') ? labels : null;
}
