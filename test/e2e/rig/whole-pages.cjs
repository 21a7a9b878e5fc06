/**
 * Read before the app's main process by an Electron that is told so by `electron.ts`; no part of the product.
 *
 * Electron 22.3.25 ends with a trap after some messages to a child process (or `v8.serialize`) of more than a page;
 * 22.3.6 was the first to do so (electron/electron#37774), and 26 is said not to.
 * The serializer's buffer has doubled to some capacity, the collector later gives back only the length that was
 * used, and V8's allocator of that time checks that both are the same pages. The collector does so when it likes, in any
 * thread. Here each long message is filled up until its buffer is full: bytes after the value, which no reader looks at.
 */
'use strict';

const { Serializer } = require('node:v8');

/** The first buffer of every serializer; a message within it is given back whole. */
const FIRST_BUFFER_BYTES = 4096;
/** What the serializer adds to the size it needs when its buffer grows. */
const SLACK_BYTES = 64;

const { writeValue, releaseBuffer } = Serializer.prototype;
const bounds = new WeakMap();

Serializer.prototype.writeValue = function (value) {
  bounds.set(this, (bounds.get(this) ?? SLACK_BYTES) + atMost(value));
  return writeValue.call(this, value);
};

Serializer.prototype.releaseBuffer = function () {
  const bound = bounds.get(this) ?? 0;
  if (bound > FIRST_BUFFER_BYTES) {
    // The capacity is at most twice what is used. More than twice the capacity is asked for and so given, with the slack;
    this.writeRawBytes(new Uint8Array(3 * bound + FIRST_BUFFER_BYTES * 2));
    // and then that is used as well.
    this.writeRawBytes(new Uint8Array(SLACK_BYTES));
  }
  return releaseBuffer.call(this);
};

/** Bytes that a value takes at most: of plain objects, arrays, text, numbers and arrays of bytes, as are sent here. */
function atMost(value) {
  if (typeof value === 'string') return 2 * value.length + 16;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength + 32;
  if (typeof value !== 'object' || value === null) return 16;
  let bytes = 32;
  for (const [key, held] of Object.entries(value)) bytes += atMost(key) + atMost(held);
  return bytes;
}
