/** `brushfield bench`: the benchmarks behind the figures in docs/. Each is registered here by name. */
import { AppError } from '../../shared/errors.js';
import { BATCH_BENCHMARK } from './bench-batch.js';
import { DECODE_BENCHMARK } from './bench-decode.js';
import { LEARN_BENCHMARK } from './bench-learn.js';
import { LIVE_BENCHMARK } from './bench-live.js';
import { LOADER_BENCHMARK } from './bench-loader.js';
import { LOOP_BENCHMARK } from './bench-loop.js';
import { LIST_BENCHMARK, PAINT_BENCHMARK } from './bench-paint.js';
import { PREDICT_BENCHMARK } from './bench-predict.js';
import { REFERENCE_BENCHMARK } from './bench-reference.js';
import { STORE_BENCHMARK } from './bench-store.js';
import { TRAIN_BENCHMARK } from './bench-train.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { textTable } from './text-table.js';

export interface BenchOptions {
  device?: string;
  threads?: string;
  /** Folder with the public data sets a benchmark needs. */
  data?: string;
  /** Folder where results are kept. */
  output?: string;
  /** Numbers separated by commas. */
  seeds?: string;
  /** Of corrections. */
  rounds?: string;
  /** Only cases whose name contains this. */
  only?: string;
  /** Whole trainings in place of steps. */
  whole?: boolean;
  /** Of "train": the time of a step by kind of operation. */
  profile?: boolean;
  /** Of "train": our step also by XLA, and in mixed precision. */
  xla?: boolean;
  mixed?: boolean;
  /** Share of the full size. */
  scale?: string;
  /** Of "learn"; see core/bench/learn-plan.ts. */
  methods?: string;
  budgets?: string;
  labels?: string;
  part?: string;
  /** Of "learn": a folder or CSV file whose points are shown, with nothing measured, and the page that gets them. */
  tables?: string;
  page?: string;
}

export interface Benchmark {
  name: string;
  summary: string;
  /** Prints its table itself, so that long ones can show rows as they come. */
  run(context: Context, options: BenchOptions): Promise<number | void>;
}

const BENCHMARKS: readonly Benchmark[] = [
  REFERENCE_BENCHMARK,
  LEARN_BENCHMARK,
  LOOP_BENCHMARK,
  LIVE_BENCHMARK,
  DECODE_BENCHMARK,
  LOADER_BENCHMARK,
  STORE_BENCHMARK,
  PAINT_BENCHMARK,
  LIST_BENCHMARK,
  TRAIN_BENCHMARK,
  PREDICT_BENCHMARK,
  BATCH_BENCHMARK,
];

export const benchCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'bench [name]',
      summary: 'Measure this machine with the benchmarks of the documentation.',
      details: 'Without a name, lists them.',
      examples: [['bench', 'list the benchmarks']],
    })
      .option('--data <folder>', 'folder with the data sets that a benchmark needs')
      .option('--output <folder>', 'folder where results are kept (default: brushfield-bench)')
      .option('--seeds <list>', 'seeds separated by commas (default: 1,2)')
      .option('--rounds <n>', 'rounds of correction in "loop" (default: 3)')
      .option('--only <text>', 'only cases whose name contains this')
      .option('--whole', 'in "train": whole trainings of 300 steps with augmentation')
      .option('--profile', 'in "train": the time of a step by kind of operation')
      .option('--xla', 'in "train": our steps compiled by XLA, too')
      .option('--mixed', 'in "train": steps in bfloat16 and float16, too')
      .option('--scale <share>', 'share of the full size, 0 to 1 (default: 1)')
      .option(
        '--methods <list>',
        'of "learn": networks (unet-quick:ema=0 changes a setting, unet-quick:plan chooses as the window does), otsu, multi-otsu, forest',
      )
      .option(
        '--budgets <list>',
        'of "learn": 30s, 1min, 400steps, ~1min for a minute’s steps (default: 1min,4min)',
      )
      .option('--labels <list>', 'of "learn": all, or 3@2 for 2 % of 3 images (default: all,3@2)')
      .option(
        '--part <part>',
        'scored in "learn": test, validation, all of fold/5, interleaved/5 or unet-medical/5, or one: fold:1/5 (default: test)',
      )
      .option('--tables <folder>', 'of "learn": tables and plots of the points there; measures nothing')
      .option('--page <file>', 'of "learn --tables": Markdown file that gets them between its marks')
      .option('--device <device>', 'auto, cpu or gpu')
      .option('--threads <n>', 'threads TensorFlow may use'),
  ).action(
    run(async (context, name: string | undefined, options: BenchOptions) => {
      if (name === undefined) return listBenchmarks(context);
      const benchmark = BENCHMARKS.find((one) => one.name === name);
      if (!benchmark)
        throw new AppError('usage', `There is no benchmark "${name}"; "brushfield bench" lists them.`);
      return benchmark.run(context, options);
    }),
  );

function listBenchmarks({ terminal }: Context): void {
  const rows = BENCHMARKS.map(({ name, summary }) => ({ name, summary }));
  terminal.result({ benchmarks: rows }, () =>
    textTable(
      [{ title: 'Benchmark' }, { title: 'What it measures' }],
      rows.map(({ name, summary }) => [name, summary]),
    ),
  );
}
