/**
 * The safetensors container (huggingface.co/docs/safetensors): eight bytes of header length, a JSON header, the data.
 * Weights and checkpoints are kept in it because every language reads it and nothing in it can be executed.
 */
import { AppError } from './errors.js';

export interface NamedTensor {
  shape: number[];
  /** Row-major. */
  data: Float32Array;
}

export interface TensorFile {
  tensors: Map<string, NamedTensor>;
  metadata: Record<string, string>;
}

/** What the header should say of a tensor; a damaged one may say anything. */
interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [from: number, to: number];
}

const MAX_HEADER_BYTES = 16 << 20;

export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = JSON.stringify(header);
  // The data must start at a multiple of eight; the format pads the header with spaces.
  json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const head = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + head.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  let at = 8 + head.length;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** @throws AppError('bad-model') for anything but a complete safetensors file of float32 tensors. */
export function decodeSafetensors(file: Uint8Array): TensorFile {
  const bad = (why: string) => new AppError('bad-model', `The weights file is damaged: ${why}.`);
  if (file.length < 8) throw bad('it is too short');
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.length) throw bad('its header is cut off');
  let header: Record<string, unknown>;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)));
    header = { ...(json as object) } as Record<string, unknown>;
  } catch {
    throw bad('its header is no JSON');
  }
  const start = 8 + headerBytes;
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<HeaderEntry>;
    if (!Array.isArray(shape) || !Array.isArray(offsets)) throw bad(`the tensor ${name} is not described`);
    const [from, to] = offsets;
    const count = shape.reduce((product, side) => product * side, 1);
    if (
      dtype !== 'F32' ||
      !(Number.isInteger(from) && from >= 0) ||
      to - from !== count * 4 ||
      start + to > file.length
    )
      throw bad(`the tensor ${name} does not fit`);
    // A copy: the data need not be aligned in the file's buffer. Not file.slice: of a Node Buffer that is a view.
    tensors.set(name, {
      shape,
      data: new Float32Array(new Uint8Array(file.subarray(start + from, start + to)).buffer),
    });
  }
  return { tensors, metadata: (header['__metadata__'] ?? {}) as Record<string, string> };
}
