/** `brushfield import PROJECT FILE|FOLDER…` */
import { basename } from 'node:path';
import { importImages, type ImportOptions, type ImportReport } from '../../core/import.js';
import { AppError } from '../../shared/errors.js';
import { SPLITS, type Split } from '../../shared/model.js';
import { oneOf } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { openToWrite, withTakeOver, type TakeOverOption } from './open-project.js';
import { EXIT_SOME_FAILED } from './failure.js';
import { plural, textTable } from './text-table.js';

interface ImportCommandOptions extends TakeOverOption {
  labels?: string;
  map?: string;
  split?: Split;
  groupBy?: string;
  format?: string;
  replaceLabels?: boolean;
  recursive?: boolean;
}

export const importCommand = () =>
  withCommonOptions(
    withTakeOver(
      describeCommand({
        usage: 'import <project> <paths...>',
        summary: 'Add images, and the labels that belong to them.',
        details:
          "Images stay where they are; labels are copied into the project. Label files are found by the image's name. " +
          'An image or label file that cannot be used is named with its reason, the rest is imported, and the exit code is 3.',
        examples: [
          ['import cells.brushfield images', 'images without labels'],
          [
            'import cells.brushfield images --labels masks --map 0=background,255=cell',
            'with masks of two values',
          ],
          ['import em.brushfield membrane --format voc --map 0-127=membrane,128-255=cell', 'a VOC folder'],
        ],
      })
        .option('--recursive', 'also take the images of folders within the folders')
        .option('--labels <folder>', 'folder with the label pictures')
        .option('--map <table>', 'what label values mean: VALUE=CLASS or FROM-TO=CLASS, separated by commas')
        .option('--split <split>', 'put the images into train, val or test', oneOf('--split', SPLITS))
        .option('--group-by <regex>', 'images whose names match alike stay together in a split')
        .option('--format <format>', 'auto, or voc for a folder laid out like PASCAL VOC')
        .option('--replace-labels', 'replace labels that images of the project already have'),
    ),
  ).action(
    run(async ({ terminal, signal }: Context, path: string, paths: string[], given: ImportCommandOptions) => {
      const project = openToWrite(path, { terminal, command: 'import', takeOver: given.takeOver ?? false });
      try {
        const { takeOver: _, ...what } = given;
        const options: ImportOptions = { paths, ...what };
        const report = await importImages(project, options, {
          signal,
          onEvent: ({ done, total, name }) =>
            terminal.progress({ done: done / total, text: `${done} of ${total}  ${name}` }),
        });
        for (const note of report.notes) terminal.message(note);
        for (const { path: file, reason } of report.files)
          if (reason !== null) terminal.warning(`${basename(file)}: ${reason}.`);
        requireSomething(report);
        terminal.result({ project: project.folder, ...report }, () => importText(report, path));
        return report.files.some(({ state, labelsLeftOut }) => state === 'failed' || labelsLeftOut)
          ? EXIT_SOME_FAILED
          : 0;
      } finally {
        project.close();
      }
    }),
  );

/** Importing the same files again is no failure; importing only broken ones is. */
function requireSomething({ files }: ImportReport): void {
  const first = files[0];
  if (first && files.every(({ state }) => state === 'failed'))
    throw new AppError('unreadable-image', `Nothing was imported: ${basename(first.path)}: ${first.reason}.`);
}

function importText({ images, labelled, skipped, classesAdded, files }: ImportReport, path: string): string {
  const counts = new Map<string, number>();
  for (const { split, images: pages } of files)
    counts.set(split ?? 'undecided', (counts.get(split ?? 'undecided') ?? 0) + pages);
  const lines = [
    `Imported ${plural(images, 'image')}, ${labelled} with labels${skipped ? `; ${plural(skipped, 'file')} with something left out` : ''}.`,
  ];
  if (classesAdded.length)
    lines.push(
      '',
      textTable(
        [{ title: 'New class' }, { title: 'Value', align: 'right' }, { title: 'Colour' }],
        classesAdded.map(({ name, value, color }) => [name, String(value), color]),
      ),
    );
  const splits = [...counts].filter(([, n]) => n).map(([name, n]) => `${n} ${name}`);
  if (splits.length) lines.push('', `Splits: ${splits.join(', ')}.`);
  lines.push(labelled ? `Next: brushfield train ${path}` : `Next: brushfield info ${path}`);
  return lines.join('\n');
}
