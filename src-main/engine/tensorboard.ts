/**
 * TensorBoard event files: TFRecord framing (tensorflow/core/lib/io/record_writer.h) around Event messages
 * (tensorflow/core/util/event.proto), of which only scalars are needed. Each start of a run makes a file of its own, as
 * TensorFlow does: a record cut off by a kill ends the old file and harms nothing that is written after it.
 */
import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, messageOf } from '../shared/errors.js';
import {
  bytesField,
  concatBytes,
  doubleField,
  floatField,
  protoText as text,
  varintField,
} from '../shared/protobuf.js';

export interface EventWriter {
  /** The file's absolute or given path. */
  readonly path: string;
  /** Values by tag, e.g. `train/loss`; a value that is not finite is written as it is, as TensorFlow does. */
  scalars(step: number, values: Record<string, number>): void;
  /** Hands everything so far to the file. */
  flush(): void;
  close(): void;
}

export interface EventWriterOptions {
  /** First step that will be written; TensorBoard then drops what an interrupted run wrote from that step on. */
  firstStep: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const MAX_PENDING_BYTES = 64 << 10;
const SESSION_START = 1;

/**
 * Opens a new event file in `folder`, made when missing, that sorts after those already there: TensorBoard reads them
 * in the order of their names.
 * @throws AppError('disk') when the folder or the file cannot be written.
 */
export function openEventWriter(
  folder: string,
  { firstStep, now = Date.now }: EventWriterOptions,
): EventWriter {
  const onDisk = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      throw new AppError('disk', `TensorBoard events cannot be written to ${folder}: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  };
  const path = onDisk(() => {
    mkdirSync(folder, { recursive: true });
    return join(folder, nextName(readdirSync(folder), Math.floor(now() / 1000)));
  });
  const file = onDisk(() => openSync(path, 'wx'));
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  const flush = () => {
    if (!pendingBytes) return;
    const bytes = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    onDisk(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
  };
  const append = (event: Uint8Array) => {
    const record = frameRecord(event);
    pending.push(record);
    pendingBytes += record.length;
    if (pendingBytes > MAX_PENDING_BYTES) flush();
  };

  const seconds = () => now() / 1000;
  append(concat(doubleField(1, seconds()), bytesField(3, text('brain.Event:2'))));
  append(
    concat(
      doubleField(1, seconds()),
      varintField(2, firstStep),
      bytesField(7, varintField(1, SESSION_START)),
    ),
  );
  flush();
  return {
    path,
    flush,
    scalars(step, values) {
      const summary = Object.entries(values).map(([tag, value]) =>
        bytesField(1, concat(bytesField(1, text(tag)), floatField(2, value))),
      );
      append(concat(doubleField(1, seconds()), varintField(2, step), bytesField(5, concat(...summary))));
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

function nextName(existing: string[], seconds: number): string {
  const PREFIX = 'events.out.tfevents.';
  let time = seconds;
  let sequence = 0;
  for (const name of existing) {
    const [, at, number] = /^events\.out\.tfevents\.(\d{10})\.brushfield\.(\d{5})$/.exec(name) ?? [];
    if (!at || !number) continue;
    // A clock that was set back must not sort this run before an older one.
    time = Math.max(time, Number(at));
    sequence = Math.max(sequence, Number(number) + 1);
  }
  return `${PREFIX}${String(time).padStart(10, '0')}.brushfield.${String(sequence).padStart(5, '0')}`;
}

/** Length, its checksum, the data, its checksum: one TFRecord. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  // 0x82f63b78: Castagnoli's polynomial, bits reversed.
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C of the bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

// A checksum of data that holds checksums is weak, so TFRecord rotates it and adds a constant.
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const concat = (...parts: Uint8Array[]): Uint8Array => concatBytes(parts);
