/** Entry of a process that takes training steps for `brushfield bench train` and tells how long they took. */
import { createInterface } from 'node:readline';
import { randomFor } from '../shared/random.js';
import type { NetworkName } from '../shared/settings.js';
import { buildNetwork } from './models/build.js';
import { Adam, type AdamOptions } from './optimiser.js';
import { tf } from './tensorflow.js';
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
  /** Of ours: one graph a step. Of Keras: compiled by XLA. */
  compiled: boolean;
}

/** What one line of stdin asks for. */
export interface TrainBenchRequest {
  steps: number;
}

export interface TrainBenchReply {
  /** Of each step, with its batch's way to TensorFlow and its loss's way back. */
  ms: number[];
  loss: number;
  peakMb: number;
  tensors: number;
}

const config = JSON.parse(process.argv[2]!) as TrainBenchConfig;
const { network, size, batch, classes, channels, dropout, diceWeight, seed } = config;
const { model } = buildNetwork({ network, classes, channels, seed, dropout });
const loss = { classWeights: null, focalGamma: 0, diceWeight };
const trainingStep = new TrainingStep(model, { batch, size, seed }, loss, { compiled: config.compiled });
const adam = new Adam(trainingStep.variables, config.optimiser);
const random = randomFor(seed, 1);
const crops = {
  x: Float32Array.from({ length: batch * size * size * channels }, () => random.normal()),
  y: Int32Array.from({ length: batch * size * size }, () => random.integer(classes)),
};
let step = 0;

for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as TrainBenchRequest;
  const reply: TrainBenchReply = { ms: [], loss: 0, peakMb: 0, tensors: 0 };
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    reply.loss = trainingStep.run(crops, adam, { step: step++, rate: config.learningRate }).objective;
    reply.ms.push(performance.now() - start);
  }
  if (config.compiled && trainingStep.eagerBecause) throw new Error(trainingStep.eagerBecause);
  reply.peakMb = process.resourceUsage().maxRSS / 1024;
  reply.tensors = tf.memory().numTensors;
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
