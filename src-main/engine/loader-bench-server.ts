/** Entry of a process that makes training batches for `brushfield bench loader` and tells how fast they came. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchLoader } from './batches.js';
import type { SampleConfig } from './samples.js';

/** What one line of stdin asks for. */
export interface LoaderBenchRequest {
  /** Batches taken first and not timed: those that were made ahead while nobody asked. */
  skip: number;
  steps: number;
  /** How long the stand-in for a training step takes; 0 for none. */
  stepMs: number;
  /** Whether to look at the batches' values, which takes time. */
  figures: boolean;
}

export interface LoaderBenchReply {
  seconds: number;
  /** Share of steps whose batch came more than 1 ms after it was asked for. */
  waited: number;
  /** Of the inputs; 0 unless figures were asked for, as the shares of label pixels below. */
  mean: number;
  ground: number;
  void: number;
}

export type LoaderBenchConfig = SampleConfig & { batch: number; workers: number };

const WAITED_MS = 1;
const config = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as LoaderBenchConfig;
const loader = new BatchLoader(config, config.batch, config.workers, Infinity);
const sleeping = new Int32Array(new SharedArrayBuffer(4));
let step = 0;

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await measure(JSON.parse(line) as LoaderBenchRequest))}\n`);
await loader.close();

async function measure({ skip, steps, stepMs, figures }: LoaderBenchRequest): Promise<LoaderBenchReply> {
  for (let i = 0; i < skip; i++) await loader.forStep(step++);
  let [waited, mean, ground, unlabelled] = [0, 0, 0, 0];
  const start = performance.now();
  for (let i = 0; i < steps; i++) {
    // A training step holds this thread and leaves the processor to others, as one on a GPU does.
    if (stepMs) Atomics.wait(sleeping, 0, 0, stepMs);
    await nextTurn();
    const before = performance.now();
    const { x, y } = await loader.forStep(step++);
    if (performance.now() - before > WAITED_MS) waited++;
    if (!figures) continue;
    mean += x.reduce((sum, value) => sum + value, 0) / x.length;
    ground += y.filter((label) => label === 0).length / y.length;
    unlabelled += y.filter((label) => label === -1).length / y.length;
  }
  const seconds = (performance.now() - start) / 1000;
  return {
    seconds,
    waited: waited / steps,
    mean: mean / steps,
    ground: ground / steps,
    void: unlabelled / steps,
  };
}
