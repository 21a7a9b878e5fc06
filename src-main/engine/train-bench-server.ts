/** Entry of a process that takes training steps for `brushfield bench train` and tells how long they took. */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { randomFor } from '../shared/random.js';
import type { NetworkName } from '../shared/settings.js';
import { BatchLoader, type Batch } from './batches.js';
import type { Precision } from './compile/precision.js';
import { arithmeticOf, recordFunctions } from './compile/recording.js';
import type { LoaderBenchConfig } from './loader-bench-server.js';
import { buildNetwork } from './models/build.js';
import { Adam, type AdamOptions } from './optimiser.js';
import { tf, type TypedArray } from './tensorflow.js';
import { TrainingStep } from './training-step.js';

/** The one argument, as JSON; the peers are given the same. */
export interface TrainBenchConfig {
  network: NetworkName;
  size: number;
  batch: number;
  classes: number;
  channels: number;
  dropout: number;
  diceWeight: number;
  learningRate: number;
  optimiser: AdamOptions;
  seed: number;
  /** One graph a step rather than operation by operation; of ours, peers always have one. */
  compiled: boolean;
  /** The graph compiled by XLA. */
  xla: boolean;
  precision: Precision;
  /** Batches are cut and augmented while it trains; null takes steps of one and the same batch. */
  loader: LoaderBenchConfig | null;
}

/** What one line of stdin asks for. */
export interface TrainBenchRequest {
  steps: number;
  /** File that the graph of the first step is written to, as recording.ts tells it. */
  record?: string;
}

export interface TrainBenchReply {
  /** Of each step, with its batch's way to TensorFlow and its loss's way back. */
  ms: number[];
  loss: number;
  peakMb: number;
  tensors: number;
  /** From the request to the end of the last step, with the wait for batches. */
  seconds: number;
  /** 10⁹ operations of a step's convolutions and products, forward and backward; of ours as one graph only. */
  gigaflops?: number;
  /** 10⁹ operations a second of the fastest product of matrices; of programs in Python. */
  peakGigaflops?: number;
}

const config = JSON.parse(process.argv[2]!) as TrainBenchConfig;
const { network, size, batch, classes, channels, dropout, diceWeight, seed } = config;
const { model } = buildNetwork({ network, classes, channels, seed, dropout });
const loss = { classWeights: null, focalGamma: 0, diceWeight };
const trainingStep = new TrainingStep(model, { batch, size, seed }, loss, {
  compiled: config.compiled,
  computation: { xla: config.xla, precision: config.precision },
});
const adam = new Adam(trainingStep.variables, config.optimiser);
const random = randomFor(seed, 1);
const crops = {
  x: Float32Array.from({ length: batch * size * size * channels }, () => random.normal()),
  y: Int32Array.from({ length: batch * size * size }, () => random.integer(classes)),
};
const loader = config.loader && new BatchLoader(config.loader, batch, config.loader.workers, Infinity);
/** Typed arrays as lists. */
const listOf = (value: unknown): unknown => (ArrayBuffer.isView(value) ? [...(value as TypedArray)] : value);
let step = 0;
let gigaflops = 0;

async function nextBatch(): Promise<Batch> {
  if (!loader) return crops;
  await nextTurn();
  return loader.forStep(step);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { steps, record } = JSON.parse(line) as TrainBenchRequest;
  const reply: TrainBenchReply = { ms: [], loss: 0, peakMb: 0, tensors: 0, seconds: 0 };
  const began = performance.now();
  const take = (given: Batch) => {
    reply.loss = trainingStep.run(given, adam, { step, rate: config.learningRate }).objective;
  };
  for (let i = 0; i < steps; i++, step++) {
    const given = await nextBatch();
    const start = performance.now();
    if (step > 0) take(given);
    else
      for (const made of recordFunctions(() => take(given))) {
        gigaflops = arithmeticOf(made) / 1e9;
        if (record)
          await writeFile(
            record,
            JSON.stringify(made, (_, value: unknown) => listOf(value)),
          );
      }
    reply.ms.push(performance.now() - start);
  }
  if (config.compiled && trainingStep.eagerBecause) throw new Error(trainingStep.eagerBecause);
  reply.seconds = (performance.now() - began) / 1000;
  reply.peakMb = process.resourceUsage().maxRSS / 1024;
  reply.tensors = tf.memory().numTensors;
  if (gigaflops) reply.gigaflops = gigaflops;
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
await loader?.close();
