/** How long a stroke takes to become a suggestion on images of 1024², beside a random forest; `brushfield bench live`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveBenchReply, LiveBenchRequest } from '../../engine/live-bench-server.js';
import type { Call } from '../../shared/rpc.js';
import { benchLiveApp } from './live-app.js';
import { indicesOf, readSet, startServers, stopped, type BenchImage } from './live-images.js';
import { LIVE_PROGRAMS, type LivePoint, type LiveProgram } from './live-points.js';
import { paintedStrokes } from './live-strokes.js';

export interface LiveSpeed {
  data: LivePoint['data'];
  /** `app`: our core and engine as a window asks them. */
  program: LiveProgram | 'app';
  channels: number;
  /** Features, first fit and suggestion of a new image, in a process that has done nothing yet, s. */
  firstS: number;
  /** The same in one that is at work; of `app` only, s. */
  newImageS?: number;
  /** Later fits with the suggestion for all of the image, its features being there, s. */
  medianS: number;
  /** Not exceeded by 95 % of them. */
  mostS: number;
  /** Not of `app`. */
  peakMb?: number;
}

const SIDE_PX = 1024;
const STROKES = 30;

/** @throws AppError('set-up') without the tests' Python environment, 'stopped'. */
export async function benchLiveSpeed(
  {
    folder,
    sets,
    refits,
  }: { folder: string; sets: readonly LivePoint['data'][]; refits: Record<LiveProgram, number> },
  { signal, onEvent }: Call<LiveSpeed> = {},
): Promise<LiveSpeed[]> {
  const rows: LiveSpeed[] = [];
  const scratch = await mkdtemp(join(tmpdir(), 'brushfield-live-'));
  try {
    for (const data of sets) {
      const { images, classes } = await readSet(data, { folder, scratch, signal });
      const image = await mosaicOf(images, scratch);
      for (const program of LIVE_PROGRAMS) {
        stopped(signal);
        const request: LiveBenchRequest = {
          ...{ train: [image], test: [image], classes, seed: 1 },
          refits: refits[program],
        };
        await writeFile(image.labels, indicesOf(strokesOn(image, classes)));
        const row = { data, program, channels: image.channels, ...(await figuresOf(program, request)) };
        rows.push(row);
        onEvent?.(row);
      }
      stopped(signal);
      const scratchOfApp = await mkdtemp(join(scratch, 'app-'));
      const { coldS, ...app } = await benchLiveApp({
        ...{ image, classes, strokes: STROKES, scratch: scratchOfApp, signal },
      });
      const row: LiveSpeed = { data, program: 'app', channels: image.channels, firstS: coldS, ...app };
      rows.push(row);
      onEvent?.(row);
    }
    return rows;
  } catch (error) {
    // Ctrl+C reaches the programs too, which then end without an answer.
    stopped(signal);
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function figuresOf(program: LiveProgram, request: LiveBenchRequest) {
  const server = (await startServers([program])).get(program)!;
  try {
    const reply = (await server.ask(request)) as LiveBenchReply;
    const again = reply.againMs.toSorted((a, b) => a - b);
    const at = (share: number) => again[Math.min(again.length - 1, Math.floor(share * again.length))]! / 1000;
    return {
      firstS: (reply.featuresMs + reply.fitMs + reply.suggestMs) / 1000,
      medianS: at(0.5),
      mostS: at(0.95),
      peakMb: reply.peakMb,
    };
  } finally {
    await server.stop();
  }
}

const strokesOn = ({ truth }: BenchImage, classes: number) =>
  paintedStrokes([truth], { strokes: STROKES, classes, seed: 1 })[0]!;

/** Training images of one size side by side. */
async function mosaicOf(images: readonly BenchImage[], scratch: string): Promise<BenchImage> {
  const { width, height, channels } = images.find(({ split }) => split === 'train')!;
  const parts = images.filter(
    (one) =>
      one.split === 'train' && one.width === width && one.height === height && one.channels === channels,
  );
  const samples = await Promise.all(parts.map(({ pixels }) => readFile(pixels)));
  const values = new Uint8Array(SIDE_PX * SIDE_PX * channels);
  const truth = new Uint8Array(SIDE_PX * SIDE_PX);
  const across = Math.ceil(SIDE_PX / width);
  for (let y = 0; y < SIDE_PX; y++)
    for (let x = 0; x < SIDE_PX; x++) {
      const part = (Math.floor(y / height) * across + Math.floor(x / width)) % parts.length;
      const [from, to] = [(y % height) * width + (x % width), y * SIDE_PX + x];
      truth[to] = parts[part]!.truth.data[from]!;
      for (let c = 0; c < channels; c++) values[to * channels + c] = samples[part]![from * channels + c]!;
    }
  const [pixels, labels] = [join(scratch, 'mosaic.pixels'), join(scratch, 'mosaic.labels')];
  await writeFile(pixels, values);
  return {
    ...{ width: SIDE_PX, height: SIDE_PX, channels, pixels, labels, split: 'train' },
    truth: { width: SIDE_PX, height: SIDE_PX, data: truth },
  };
}
