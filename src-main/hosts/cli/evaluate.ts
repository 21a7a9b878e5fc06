/** `brushfield evaluate PROJECT|MODEL` */
import { basename } from 'node:path';
import { evaluateModel, type EvaluateOptions } from '../../core/evaluation.js';
import { leakSentences, likenessSentences } from '../../core/leak-sentences.js';
import { resolveModel } from '../../core/models.js';
import type { DeviceChoice } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { Split } from '../../shared/model.js';
import { oneOf } from './choices.js';
import { describeCommand, run, withCommonOptions, withEngineOptions, type Context } from './command.js';
import { EXIT_SOME_FAILED } from './failure.js';
import { scoresTable } from './scores-table.js';
import { plural, score, textTable } from './text-table.js';

interface EvaluateCommandOptions {
  split?: Split;
  images?: string;
  labels?: string;
  map?: string;
  device?: DeviceChoice;
  threads?: number;
}

export const evaluateCommand = () =>
  withCommonOptions(
    withEngineOptions(
      describeCommand({
        usage: 'evaluate <model>',
        summary: 'Score a model on labelled images it was not trained on.',
        details:
          "MODEL is a project (its best run), PROJECT:RUN, or a run's folder. Pixels are pooled over the images; unlabelled ones are left out, and those of classes that the model was not trained on.",
        examples: [
          ['evaluate cells.brushfield', 'the validation images'],
          ['evaluate cells.brushfield --split test --json', 'the test images, as JSON'],
          [
            'evaluate cells.brushfield --images new --labels new-masks --map 0=background,255=cell',
            'other images',
          ],
        ],
      })
        .option('--split <split>', 'val or test (default val)', oneOf('--split', ['val', 'test'] as const))
        .option('--images <folder>', 'score these images instead')
        .option('--labels <folder>', 'labels of --images')
        .option('--map <table>', 'what values in --labels mean: VALUE=CLASS or FROM-TO=CLASS'),
    ),
  ).action(
    run(async ({ terminal, signal }: Context, argument: string, options: EvaluateCommandOptions) => {
      const folders = foldersOf(options);
      const { split, device, threads } = options;
      const report = await evaluateModel(
        await resolveModel(argument),
        {
          ...(split && { split }),
          ...(folders && { folders }),
          engine: { ...(device && { device }), ...(threads && { threads }) },
        },
        {
          signal,
          onEvent: ({ done, total }) =>
            terminal.progress({ done: done / total, text: `${done} of ${total} images` }),
        },
      );
      for (const { path, reason } of report.skipped) terminal.warning(`${basename(path)}: ${reason}.`);
      for (const { name, pixels } of report.leftOut)
        terminal.warning(
          `${plural(pixels, 'pixel')} of ${name} counted as unlabelled: the model was not trained on this class.`,
        );
      for (const sentence of folders ? likenessSentences(report.leaks) : leakSentences(report.leaks))
        terminal.warning(sentence);
      terminal.result(report, () =>
        [
          `${report.run} on ${report.on}`,
          '',
          scoresTable(report),
          '',
          textTable(
            [{ title: 'Image' }, { title: 'Mean IoU', align: 'right' }],
            report.perImage.map(({ name, scores }) => [name, score(scores.meanIoU)]),
          ),
        ].join('\n'),
      );
      return report.skipped.length ? EXIT_SOME_FAILED : 0;
    }),
  );

function foldersOf({ split, images, labels, map }: EvaluateCommandOptions): EvaluateOptions['folders'] {
  if (images === undefined && labels === undefined && map === undefined) return undefined;
  if (split !== undefined)
    throw new AppError(
      'usage',
      'Either a --split of the project is scored or --images with --labels; give one of them.',
    );
  if (images === undefined || labels === undefined)
    throw new AppError('usage', '--images and --labels belong together; give both.');
  return { images, labels, ...(map !== undefined && { map }) };
}
