/** `brushfield measure --labels FOLDER [--images FOLDER] --output FILE.csv` */
import { measureFiles } from '../../core/measurements.js';
import { numberIn } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { EXIT_SOME_FAILED } from './failure.js';
import { plural } from './text-table.js';

interface MeasureOptions {
  labels: string;
  images?: string;
  output: string;
  map?: string;
  objects?: boolean;
  pixelSize?: number;
  split?: boolean;
  minArea?: number;
  wholeOnly?: boolean;
  recursive?: boolean;
  overwrite?: boolean;
}

export const measureCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'measure',
      summary: 'Measure the objects in label masks.',
      details:
        'Labels are masks of segment or export, or of other programs. FILE.csv gets a row for every object, FILE_images.csv one for ' +
        'every image and class; docs/measurements.md explains the columns. Pixels of one class that touch, also by a corner, are one ' +
        'object; of a class named background none are counted. With --images the brightness of every channel is measured too.',
      examples: [
        ['measure --labels masks --images images --output cells.csv', 'results of segment'],
        [
          'measure --labels masks --split --min-area 20 --output cells.csv',
          'touching objects apart, no specks',
        ],
        ['measure --labels cp_masks --objects --output cells.csv', 'objects that are numbered already'],
        ['measure --labels masks --map 0=background,255=cell --output cells.csv', 'values named'],
      ],
    })
      .requiredOption('--labels <folder>', 'folder of label masks, one mask, or a LIST.txt')
      .requiredOption('--output <file>', 'table of objects to write, .csv')
      .option('--images <folder>', 'images of the same names, for brightness and pixel size')
      .option(
        '--map <table>',
        'what values mean: VALUE=CLASS or FROM-TO=CLASS (default: as the masks’ manifest says)',
      )
      .option('--objects', 'the values number the objects, as in _cp_masks.tif')
      .option('--split', 'take objects that touch apart where they are narrow')
      .option('--min-area <px>', 'leave out smaller objects', numberIn('--min-area', { min: 0, max: 1e9 }))
      .option('--whole-only', 'leave out objects at the image’s edge')
      .option(
        '--pixel-size <um>',
        'micrometres a pixel (default: as the files say)',
        numberIn('--pixel-size', { min: 1e-6, max: 1e6 }),
      )
      .option('--recursive', 'also the folders within --images')
      .option('--overwrite', 'replace tables that are there'),
  ).action(
    run(async ({ terminal, signal }: Context, { pixelSize, ...options }: MeasureOptions) => {
      const report = await measureFiles(
        { ...options, ...(pixelSize !== undefined && { pixelSizeUm: pixelSize }) },
        {
          signal,
          onEvent: ({ done, total, name }) =>
            terminal.progress({ done: done / total, text: `${done} of ${total}  ${name}` }),
        },
      );
      const left = report.files.filter(({ reason }) => reason !== null);
      for (const { name, reason } of left) terminal.warning(`${name} was not measured: ${reason}.`);
      terminal.result(report, () =>
        [
          `Measured ${plural(report.objects, 'object')} in ${plural(report.files.length - left.length, 'mask')}${left.length ? `; ${left.length} left out` : ''}.`,
          `Objects: ${report.output}`,
          `Images: ${report.images}`,
        ].join('\n'),
      );
      return left.length ? EXIT_SOME_FAILED : 0;
    }),
  );
