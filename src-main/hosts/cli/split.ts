/** `brushfield split PROJECT` */
import { alikeImages, findLeaks, hashImages } from '../../core/leak-guard.js';
import { leakSentences } from '../../core/leak-sentences.js';
import { splitProject } from '../../core/splits.js';
import { numberIn, oneOf } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { openToWrite, withTakeOver, type TakeOverOption } from './open-project.js';

interface SplitCommandOptions extends TakeOverOption {
  val?: number;
  test?: number;
  seed?: number;
  by?: 'image' | 'group';
  /** False with --no-keep-duplicates-together. */
  keepDuplicatesTogether?: boolean;
}

const SHARE = { min: 0, max: 0.95 };

export const splitCommand = () =>
  withCommonOptions(
    withTakeOver(
      describeCommand({
        usage: 'split <project>',
        summary: 'Divide the images into training, validation and test.',
        details:
          'Validation images are held out and watched while training; test images are read by "evaluate" only. ' +
          'Images of one group (a stack, or import --group-by) stay on one side.',
        examples: [
          ['split cells.brushfield', 'hold out a fifth for validation'],
          ['split cells.brushfield --val 0.15 --test 0.15 --seed 7', 'and keep some for the end'],
        ],
      })
        .option('--val <share>', 'share of validation images (default 0.2)', numberIn('--val', SHARE))
        .option(
          '--test <share>',
          'share of test images (default 0: those that are stay so)',
          numberIn('--test', SHARE),
        )
        .option(
          '--seed <n>',
          'equal seeds give equal splits (default 1)',
          numberIn('--seed', { min: 0, max: 2 ** 31 - 1, integer: true }),
        )
        .option('--by <what>', 'image or group (default group)', oneOf('--by', ['image', 'group'] as const))
        .option('--no-keep-duplicates-together', 'let images that look nearly the same lie on both sides'),
    ),
  ).action(
    run(async ({ terminal, signal }: Context, path: string, options: SplitCommandOptions) => {
      const project = openToWrite(path, { terminal, command: 'split', takeOver: options.takeOver ?? false });
      try {
        const { val, test, seed, by } = options;
        await hashImages(project, {
          signal,
          onEvent: ({ done, total, name }) =>
            terminal.progress({ done: done / total, text: `${done} of ${total} looked at  ${name}` }),
        });
        const together = options.keepDuplicatesTogether ?? true;
        const counts = splitProject(project, {
          ...(val !== undefined && { val }),
          ...(test !== undefined && { test }),
          ...(seed !== undefined && { seed }),
          ...(by && { by }),
          ...(together && { alike: alikeImages(project) }),
        });
        const leaks = findLeaks(project);
        for (const sentence of leakSentences(leaks)) terminal.warning(sentence);
        terminal.result(
          { ...counts, leaks },
          () =>
            `${counts.train} train, ${counts.val} val, ${counts.test} test.\nNext: brushfield train ${path}`,
        );
      } finally {
        project.close();
      }
    }),
  );
