/** How fast whole folders are segmented, from files to masks, beside Keras and onnxruntime in Python loops; `brushfield bench batch`. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packageRoot } from '../../disk/package-root.js';
import type { Call } from '../../shared/rpc.js';
import type { NetworkName } from '../../shared/settings.js';
import { createDecoderPool } from '../decoding.js';
import { withEngine } from '../engine-process.js';
import type { ResolvedModel } from '../models.js';
import { segmentFiles } from '../segmentation.js';
import { usableCores } from '../usable-cores.js';
import { trainBatchModel, writeBatchPictures } from './batch-folder.js';
import { median, orderIn, requireGoingOn } from './in-turns.js';
import { LineServer } from './line-server.js';
import { pairedRatio, type PairedRatio } from './paired.js';
import { testPython } from './test-python.js';

/**
 * `segment`; read, `predict`, write; the same with `predict_on_batch`, which makes no data set of each image; the same with
 * onnxruntime, in the tiles and with the margins of ours.
 */
export const BATCH_PROGRAMS = ['ours', 'keras', 'on-batch', 'onnx'] as const;
export type BatchProgram = (typeof BATCH_PROGRAMS)[number];

const NETWORKS: readonly NetworkName[] = ['unet-mini', 'unet-mobilenet', 'unet-quick'];
/** Images a round, the first of which is not timed, and the share of the rounds that the size gets. */
const SIZES: readonly BatchSize[] = [
  { sidePx: 512, images: 13, roundsShare: 1 },
  { sidePx: 2048, images: 3, roundsShare: 0.5 },
];

interface BatchSize {
  sidePx: number;
  images: number;
  roundsShare: number;
}

export interface BatchFigures {
  /** Images a second once the first mask is written: median of the rounds. */
  perS: number;
  /** Ours ÷ this program, of the speeds of the same round; above 1 where ours is faster. */
  ratio: PairedRatio | null;
  /** Share of that time in which a network was computed: median. */
  busy: number;
  /** From the start of the program to its first mask, s: least of the rounds for ours, the only one for the others. */
  firstS: number;
  /** Share of pixels that have the same class in ours and this program's masks. */
  equal: number | null;
}

export interface BatchRow {
  case: string;
  /** Pixels that ours computed beyond the images' own, as a share of those. */
  overhead: number;
  programs: Record<BatchProgram, BatchFigures>;
}

export interface BatchBenchOptions {
  /** Of 512²; half as many of 2048². */
  rounds: number;
  /** Threads TensorFlow may use; 0: those this process is allowed. */
  threads: number;
  /** Only cases whose name contains this. */
  only?: string;
  seed: number;
  sizes?: readonly BatchSize[];
  /** Side of a tile of ours, px; without it as memory allows. */
  tile?: number;
}

/** What `batch_bench.py` is given, and what `batch_bench_onnx.py` is given in place of `onBatch`. */
interface BatchBenchConfig {
  network: string;
  weights: string;
  classes: number;
  threads: number;
  /** `predict_on_batch` in place of `predict`. */
  onBatch?: boolean;
  /** How ours cuts an image. */
  multipleOf?: number;
  haloPx?: number;
  overhead?: number;
}

/** When masks were written and how long networks had been computed by then, s; the first is not timed. */
interface Measured {
  ends: number[];
  computed: number[];
  firstS?: number;
  overhead?: number;
}

interface Case {
  name: string;
  folder: string;
  input: string;
  files: string[];
  model: ResolvedModel;
}

/** @throws AppError('set-up') without the tests' Python environment, 'stopped'. */
export async function benchBatch(
  options: BatchBenchOptions,
  { signal, onEvent }: Call<BatchRow> = {},
): Promise<BatchRow[]> {
  const { only = '', rounds, seed, sizes: all = SIZES } = options;
  const threads = options.threads || usableCores();
  const python = await testPython();
  const scratch = await mkdtemp(join(tmpdir(), 'brushfield-bench-'));
  const rows: BatchRow[] = [];
  try {
    for (const network of NETWORKS) {
      const sizes = all.filter(({ sidePx }) => `${network} ${sidePx}²`.includes(only));
      if (!sizes.length) continue;
      const folder = join(scratch, network);
      const model = await trainBatchModel(join(folder, 'model'), network, { seed, signal });
      for (const { sidePx, images, roundsShare } of sizes) {
        const input = join(folder, `${sidePx}`);
        const files = await writeBatchPictures(input, { count: images, sidePx, seed });
        const given = { name: `${network} ${sidePx}²`, folder, input, files, model };
        const own = {
          threads,
          seed,
          tile: options.tile ?? 0,
          rounds: Math.max(3, Math.round(rounds * roundsShare)),
        };
        const row = await measure(given, own, { python, signal });
        rows.push(row);
        onEvent?.(row);
      }
    }
  } catch (error) {
    // Ctrl+C reaches the programs too, which then end without an answer.
    requireGoingOn(signal);
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return rows;
}

async function measure(
  given: Case,
  { seed, rounds, ...how }: { threads: number; seed: number; tile: number; rounds: number },
  { python, signal }: { python: string; signal: AbortSignal | undefined },
): Promise<BatchRow> {
  const script = (name: string) => join(packageRoot(), 'test', 'python', name);
  const servers = new Map<BatchProgram, LineServer>();
  const measured: Record<BatchProgram, Measured[]> = { ours: [], keras: [], 'on-batch': [], onnx: [] };
  const firstS = new Map<BatchProgram, number>();
  const outputOf = (program: BatchProgram) => join(given.folder, `masks-${program}`);
  const inTurn = async (program: BatchProgram): Promise<Measured> => {
    requireGoingOn(signal);
    const server = servers.get(program);
    if (!server) return segmentOnce(given, { output: outputOf(program), ...how, signal });
    return (await server.ask({ files: given.files, output: outputOf(program) })) as Measured;
  };
  try {
    // How it cuts images here and now, before anything is timed.
    const cut = await cutOf(given, { output: outputOf('ours'), ...how, signal });
    for (const program of BATCH_PROGRAMS.filter((one) => one !== 'ours')) {
      const { network, classes } = given.model.file;
      const config: BatchBenchConfig = {
        network,
        weights: join(given.model.folder, 'best.safetensors'),
        classes: classes.length,
        threads: how.threads,
        ...(program === 'onnx' ? cut : { onBatch: program === 'on-batch' }),
      };
      const name = program === 'onnx' ? 'batch_bench_onnx.py' : 'batch_bench.py';
      await mkdir(outputOf(program), { recursive: true });
      const startMs = performance.now();
      const server = new LineServer(python, [script(name), JSON.stringify(config)]);
      servers.set(program, server);
      await server.ask({ files: given.files.slice(0, 1), output: outputOf(program) });
      firstS.set(program, (performance.now() - startMs) / 1000);
    }
    for (let round = 0; round < rounds; round++)
      for (const program of orderIn(round, BATCH_PROGRAMS)) measured[program].push(await inTurn(program));
    const speeds = (program: BatchProgram) => measured[program].map(speedOf);
    const of = async (program: BatchProgram): Promise<BatchFigures> => ({
      perS: median(speeds(program)),
      ratio: program === 'ours' ? null : pairedRatio(speeds('ours'), speeds(program), seed),
      busy: median(measured[program].map(busyOf)),
      firstS: firstS.get(program) ?? Math.min(...measured[program].map((one) => one.firstS ?? Infinity)),
      equal: program === 'ours' ? null : await equalShare(given.files, outputOf('ours'), outputOf(program)),
    });
    return {
      case: given.name,
      overhead: measured.ours[0]!.overhead ?? 0,
      programs: {
        ours: await of('ours'),
        keras: await of('keras'),
        'on-batch': await of('on-batch'),
        onnx: await of('onnx'),
      },
    };
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

type OwnRun = { output: string; threads: number; tile: number; signal: AbortSignal | undefined };

async function cutOf(given: Case, run: OwnRun): Promise<Partial<BatchBenchConfig>> {
  const { multipleOf, haloPx } = await withEngine({ device: 'cpu' }, ({ api }) =>
    api.describe({ model: given.model.folder }),
  );
  const { overhead = 0 } = await segmentOnce({ ...given, input: given.files[0]! }, run);
  return { multipleOf, haloPx, overhead };
}

/** As the command does, with an engine of its own. */
async function segmentOnce(
  { input, model }: Case,
  { output, threads, tile, signal }: OwnRun,
): Promise<Measured> {
  const startMs = performance.now();
  const ends: number[] = [];
  const computed: number[] = [];
  const { failed, overhead } = await segmentFiles(
    model,
    { input, output, tile, overwrite: true, engine: { device: 'cpu', threads } },
    {
      ...(signal && { signal }),
      onEvent: (event) => {
        if (event.kind !== 'file') return;
        ends.push((performance.now() - startMs) / 1000);
        computed.push(event.computedMs / 1000);
      },
    },
  );
  requireGoingOn(signal);
  if (failed[0]) throw new Error(`${failed[0].input} was not segmented: ${failed[0].error}`);
  return { ends, computed, firstS: ends[0]!, overhead };
}

const lasted = (times: readonly number[]): number => times.at(-1)! - times[0]!;
const speedOf = ({ ends }: Measured): number => (ends.length - 1) / lasted(ends);
const busyOf = ({ ends, computed }: Measured): number => lasted(computed) / lasted(ends);

/** Of the masks that two programs made of the same files. */
async function equalShare(files: readonly string[], ours: string, peer: string): Promise<number> {
  const pool = createDecoderPool();
  try {
    let [equal, all] = [0, 0];
    for (const file of files) {
      const mask = `${basename(file, '.png')}_mask.png`;
      const [a, b] = await Promise.all([pool.labels(join(ours, mask), 0), pool.labels(join(peer, mask), 0)]);
      all += a.data.length;
      for (let i = 0; i < a.data.length; i++) if (a.data[i] === b.data[i]) equal++;
    }
    return equal / all;
  } finally {
    await pool.close();
  }
}
