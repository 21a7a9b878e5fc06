/** Entry of a process that predicts pictures for `brushfield bench predict` and tells how long it took. */
import { createInterface } from 'node:readline';
import { randomFor } from '../shared/random.js';
import type { NetworkName } from '../shared/settings.js';
import { ForwardPass, type Pixels } from './forward-pass.js';
import { buildNetwork } from './models/build.js';
import { tf, type Layer, type LayersModel } from './tensorflow.js';

/** The one argument, as JSON; the peers are given the same. */
export interface PredictBenchConfig {
  network: NetworkName;
  size: number;
  batch: number;
  classes: number;
  channels: number;
  seed: number;
  /** Of ours: one graph. Of Keras: compiled by XLA. */
  compiled: boolean;
  /** Of Keras: `predict_on_batch`, with the rest in numpy. */
  plain: boolean;
}

/** What one line of stdin asks for. */
export interface PredictBenchRequest {
  rounds: number;
}

export interface PredictBenchReply {
  /** Of each batch: from bytes to the likeliest classes and their confidence. */
  ms: number[];
  peakMb: number;
  tensors: number;
  /** 10⁹ operations of the network's convolutions on a batch, as they are written, and what ran a second in a product of matrices. */
  gigaflops?: number;
  peakGigaflops?: number;
}

const config = JSON.parse(process.argv[2]!) as PredictBenchConfig;
const { network, size, batch, classes, channels, seed } = config;
const { model } = buildNetwork({ network, classes, channels, seed });
const infos = Array.from({ length: classes }, (_, i) => ({ value: i + 1, name: `${i}`, color: '#000000' }));
const pass = new ForwardPass(model, infos, { compiled: config.compiled });
const random = randomFor(seed, 1);
const maps = Array.from({ length: channels }, () => ({ offset: 127.5, scale: 1 / 127.5, low: -1, high: 1 }));
const pictures: Pixels[] = Array.from({ length: batch }, () => ({
  values: Uint8Array.from({ length: size * size * channels }, () => random.integer(256)),
  shape: [size, size, channels],
  maps,
}));

/** Multiplications and additions of all convolutions, each as two operations. */
function operationsOf(given: LayersModel): number {
  const shapes = new Map<string, number[]>();
  let sum = 0;
  for (const layer of given.layers) {
    const nodes = layer.inboundNodes as unknown as { inboundLayers: Layer[] }[];
    const inputs = nodes[0]!.inboundLayers.map(({ name }) => shapes.get(name)!);
    const shape = inputs.length
      ? (layer.computeOutputShape(inputs.length === 1 ? inputs[0]! : inputs) as number[])
      : [1, size, size, channels];
    shapes.set(layer.name, shape);
    const filters = layer.weights.find(({ shape: weight }) => weight.length === 4);
    if (!filters) continue;
    const products = filters.shape.reduce<number>((product, side) => product * side!, 1);
    sum += 2 * shape[1]! * shape[2]! * products;
  }
  return sum;
}

const gigaflops = (batch * operationsOf(model)) / 1e9;

for await (const line of createInterface({ input: process.stdin })) {
  const { rounds } = JSON.parse(line) as PredictBenchRequest;
  const reply: PredictBenchReply = { ms: [], peakMb: 0, tensors: 0, gigaflops };
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    for (const pixels of pictures) pass.classes(pixels);
    reply.ms.push(performance.now() - start);
  }
  if (config.compiled && pass.eagerBecause) throw new Error(pass.eagerBecause);
  reply.peakMb = process.resourceUsage().maxRSS / 1024;
  reply.tensors = tf.memory().numTensors;
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
