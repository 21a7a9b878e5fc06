/** Entry of a process that decodes files on request and tells how long each took: our decoders, or sharp's. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { decodeImage } from './decode.js';
import { sharp } from './libvips.js';

const decode = process.argv[2] === 'sharp' ? withSharp : withOurs;

for await (const line of createInterface({ input: process.stdin })) {
  const { path, hash } = JSON.parse(line) as { path: string; hash: boolean };
  resetPeak();
  const start = performance.now();
  try {
    const data = await decode(path);
    const seconds = (performance.now() - start) / 1000;
    const sha256 = hash ? createHash('sha256').update(data).digest('hex') : null;
    process.stdout.write(
      `${JSON.stringify({ seconds, bytes: data.byteLength, sha256, peakBytes: peak() })}\n`,
    );
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }
}

async function withOurs(path: string): Promise<Uint8Array> {
  const { data } = await decodeImage(path);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Asked so that it keeps the file's depth; its default makes 8-bit colours of 16-bit grey. */
async function withSharp(path: string): Promise<Uint8Array> {
  const image = sharp(path, { limitInputPixels: false });
  const { channels, depth } = await image.metadata();
  const grey = channels <= 2;
  if (depth === 'ushort') image.toColourspace(grey ? 'grey16' : 'rgb16');
  else image.toColourspace(grey ? 'b-w' : 'srgb');
  return image.raw({ depth: depth as 'uchar' }).toBuffer();
}

// Only Linux tells and resets a process's peak; elsewhere there is none.
function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return;
  }
}

function peak(): number | null {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return null;
  }
}
