/** `brushfield demo`: the main job from end to end, on sample images or anybody's. */
import { runDemo, type DemoEvent, type DemoResult } from '../../core/demo.js';
import { resolveSettings } from '../../shared/settings-values.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { EXIT_INTERRUPTED } from './interrupt.js';
import { scoresTable } from './scores-table.js';
import { exitCodeOf, reporter } from './segment.js';
import type { Terminal } from './terminal.js';
import { score } from './text-table.js';
import { trainOptions } from './train.js';
import { trainReporter } from './train-report.js';
import { collect } from './choices.js';

interface DemoCommandOptions {
  minutes?: string;
  seed?: string;
  device?: string;
  threads?: string;
  set?: string[];
  weights?: string;
  network?: string;
  images?: string;
  labels?: string;
  map?: string;
  output?: string;
}

const DEFAULT_MINUTES = '1';

export const demoCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'demo',
      summary: 'Train on sample images, score, and segment images that were never seen.',
      details:
        'Takes about two minutes and leaves everything in a temporary folder that it names. With --images it does the same with your own.',
      examples: [
        ['demo', 'the sample: touching nuclei in uneven light'],
        ['demo --images images --labels masks --map 0=background,255=cell', 'your own images'],
      ],
    })
      .option('--minutes <M>', `training time (default ${DEFAULT_MINUTES})`)
      .option('--images <folder>', 'images, or a folder laid out like PASCAL VOC')
      .option('--labels <folder>', 'labels of --images')
      .option('--map <table>', 'what label values mean: VALUE=CLASS or FROM-TO=CLASS')
      .option('--output <folder>', 'keep everything there instead of a temporary folder')
      .option('--network <NAME>', 'unet-quick (default), unet-mini, unet-mobilenet')
      .option('--weights <FILE.h5>', 'start from a Keras weights file, imagenet, or none (default)')
      .option('--seed <N>', 'equal seeds give equal runs at equal thread counts')
      .option('--device <DEVICE>', 'auto, cpu, gpu')
      .option('--threads <N>', 'threads TensorFlow may use')
      .option('--set <NAME=VALUE>', 'any setting of train; may be repeated', collect),
  ).action(
    run(async ({ terminal, signal }: Context, options: DemoCommandOptions) => {
      const { images, labels, map, output, ...training } = options;
      const { set, weights } = trainOptions(training);
      // Wrong settings are refused before a folder is made.
      resolveSettings(set);
      const limited = ['minutes', 'steps', 'epochs'].some((name) => Object.hasOwn(set, name));
      const result = await runDemo(
        {
          set: limited ? set : { ...set, minutes: DEFAULT_MINUTES },
          ...(weights !== undefined && { weights }),
          ...(images !== undefined && { images }),
          ...(labels !== undefined && { labels }),
          ...(map !== undefined && { map }),
          ...(output !== undefined && { output }),
        },
        { signal, onEvent: demoReporter(terminal) },
      );
      terminal.result({ kind: 'result', ...result }, () => demoText(result));
      return result.stopped ? EXIT_INTERRUPTED : exitCodeOf(result.segmented);
    }),
  );

function demoReporter(terminal: Terminal): (event: DemoEvent) => void {
  const training = trainReporter(terminal);
  const segmenting = reporter(terminal);
  return (event) => {
    switch (event.kind) {
      case 'stage':
        terminal.message(terminal.style.bold(event.text));
        break;
      case 'import':
        terminal.progress({ done: event.done / event.total, text: `${event.done} of ${event.total} images` });
        break;
      case 'training':
        training(event.event);
        break;
      case 'segment':
        segmenting(event.event);
    }
  };
}

function demoText({ scores, baseline, margin, project, results }: DemoResult): string {
  const thresholds = baseline.classes.map(({ name, dice }) => `${name} ${score(dice)}`).join(', ');
  return [
    'Images that training never saw:',
    '',
    scoresTable(scores),
    '',
    `${baseline.method[0]!.toUpperCase()}${baseline.method.slice(1)} on the same images, Dice: ${thresholds}.`,
    margin > 0
      ? `The network is better by ${score(margin)} (mean Dice of the classes).`
      : `The threshold is as good here (mean Dice of the network minus its: ${margin.toFixed(3)}); train longer with --minutes.`,
    '',
    `Project:  ${project}`,
    `Overlays: ${results}`,
    `Next:     brushfield segment ${project} --input YOUR-IMAGES --output MASKS --overlay`,
  ].join('\n');
}
