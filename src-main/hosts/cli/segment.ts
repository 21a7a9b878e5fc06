/** `brushfield segment MODEL --input … --output …` */
import { resolveModel } from '../../core/models.js';
import { requireReportPossible, writeReport } from '../../core/report/report.js';
import { SETTLE_MS } from '../../core/segment-plan.js';
import { segmentFiles, type SegmentEvent, type SegmentResult } from '../../core/segmentation.js';
import { parseShard, type Shard } from '../../core/shards.js';
import { LARGEST_AREA_PX, LARGEST_SMOOTHING_PX, type CleanUp } from '../../shared/clean-up.js';
import type { DeviceChoice } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import { numberIn } from './choices.js';
import { describeCommand, run, withCommonOptions, withEngineOptions, type Context } from './command.js';
import { EXIT_FAILED, EXIT_SOME_FAILED } from './failure.js';
import { EXIT_INTERRUPTED } from './interrupt.js';
import type { Terminal } from './terminal.js';
import { duration, plural } from './text-table.js';

interface SegmentCommandOptions extends CleanUp {
  input: string;
  output: string;
  classes?: string;
  probabilities?: boolean;
  overlay?: boolean;
  recursive?: boolean;
  resume?: boolean;
  overwrite?: boolean;
  measure?: boolean;
  report?: string;
  shard?: Shard;
  tile?: number;
  watch?: boolean;
  settle?: number;
  device?: DeviceChoice;
  threads?: number;
}

export const segmentCommand = () =>
  withCommonOptions(
    withEngineOptions(
      describeCommand({
        usage: 'segment <model>',
        summary: 'Segment an image, a folder or a list of images.',
        details:
          "MODEL is a project (its best run), PROJECT:RUN, or a run's folder. Writes IMAGE_mask.png (indexed, value = class) for every image, " +
          'IMAGE_p001_mask.png, … for the pages of a stack, and manifest.json. A file that cannot be segmented is named with its reason, ' +
          'the rest goes on, and the exit code is 3.',
        examples: [
          ['segment cells.brushfield --input images --output masks', 'a folder'],
          [
            'segment cells.brushfield --input images --output masks --recursive --overlay',
            'with its folders, and pictures',
          ],
          ['segment cells.brushfield --input images --output masks --measure', 'and the table of objects'],
          [
            'segment cells.brushfield --input images --output masks --split --min-area 30',
            'touching objects apart, no specks',
          ],
          ['segment cells.brushfield --input images --output masks --shard 1/4', 'a quarter of the files'],
          ['segment cells.brushfield --input images --output masks --resume', 'go on where it was stopped'],
          [
            'segment cells.brushfield --input microscope --output masks --watch',
            'what comes into the folder, until Ctrl+C',
          ],
        ],
      })
        .requiredOption('--input <path>', 'an image, a folder, or a LIST.txt with one path a line')
        .requiredOption('--output <folder>', 'folder for the results')
        .option('--recursive', 'also the folders within the input folder')
        .option('--classes <names>', 'keep these classes only; pixels of the others become 0')
        .option(
          '--region <x,y,w,h>',
          'look only at this part of every image, in px; the rest becomes 0',
          parseRegion,
        )
        .option(
          '--smooth <px>',
          'every pixel takes the class of most pixels within this radius',
          numberIn('--smooth', { min: 1, max: LARGEST_SMOOTHING_PX }),
        )
        .option('--fill-holes', 'background enclosed by objects becomes object')
        .option('--split', 'part objects that touch, where they are narrow, by a line of background')
        .option(
          '--min-area <px>',
          'smaller objects become background',
          numberIn('--min-area', { min: 0, max: LARGEST_AREA_PX, integer: true }),
        )
        .option('--whole-only', 'objects at the edge become background')
        .option('--overlay', 'also write IMAGE_overlay.png, the classes drawn over the image')
        .option('--probabilities', 'also write IMAGE_probabilities.npy (float32, height × width × classes)')
        .option(
          '--measure',
          'also write measurements.csv and measurements_images.csv, as "brushfield measure" does',
        )
        .option('--report <file>', 'also write a quality report as HTML; see "brushfield report --help"')
        .option(
          '--shard <part>',
          'segment one part of N: I/N, or "slurm" within a job array; "brushfield merge" joins the parts',
          (text) => parseShard(text),
        )
        .option('--resume', 'skip what is done and whose image, model and settings are unchanged')
        .option('--overwrite', 'replace results that are there')
        .option('--watch', 'go on with files that come into the folder, or change there, until Ctrl+C')
        .option(
          '--settle <seconds>',
          `with --watch, a file is complete when it has not changed for so long (default: ${SETTLE_MS / 1000})`,
          numberIn('--settle', { min: 0.1, max: 86_400 }),
        )
        .option(
          '--tile <px>',
          'side of a tile (default: whole images when memory allows)',
          numberIn('--tile', { min: 32, max: 65_536, integer: true }),
        ),
    ),
  ).action(
    run(async ({ terminal, signal }: Context, argument: string, given: SegmentCommandOptions) => {
      const { classes, device, threads, report, watch, settle, ...options } = given;
      if (settle !== undefined && !watch)
        throw new AppError('usage', '--settle says when a file that comes is complete; add --watch.');
      const model = await resolveModel(argument);
      const engine = { ...(device && { device }), ...(threads && { threads }) };
      const replace = options.overwrite === true || options.resume === true;
      if (report !== undefined)
        await requireReportPossible(model, {
          output: report,
          overwrite: replace,
          ...(options.shard && { shard: options.shard }),
        });
      const result = await segmentFiles(
        model,
        {
          ...options,
          cleanUp: given,
          ...(watch && { watch: { settleMs: settle === undefined ? SETTLE_MS : settle * 1000 } }),
          ...(classes !== undefined && { classes: classes.split(',').map((name) => name.trim()) }),
          engine,
        },
        { signal, onEvent: reporter(terminal) },
      );
      const written =
        report === undefined || result.stopped
          ? null
          : await writeReport(
              model,
              { output: report, results: result.output, overwrite: replace, engine },
              // The end of a watch has aborted it.
              watch ? undefined : signal,
            );
      terminal.result({ run: model.run, ...result, report: written?.output ?? null }, () =>
        [resultText(result), ...(written ? [`Report: ${written.output}`] : [])].join('\n'),
      );
      return exitCodeOf(result, options.shard !== undefined);
    }),
  );

function parseRegion(text: string): NonNullable<CleanUp['region']> {
  const [x, y, width, height, ...more] = text.split(',').map(Number);
  if ([x, y, width, height].some((value) => value === undefined || Number.isNaN(value)) || more.length > 0)
    throw new AppError('usage', '--region takes X,Y,WIDTH,HEIGHT in pixels, as in 0,0,1024,960.');
  return { x: x!, y: y!, width: width!, height: height! };
}

/** Says each failure when it happens; on a terminal the files done are a bar, else a line every tenth of them. */
export function reporter(terminal: Terminal): (event: SegmentEvent) => void {
  let startedMs = performance.now();
  let toldTenths = 0;
  let watching = false;
  return (event) => {
    switch (event.kind) {
      case 'plan':
        startedMs = performance.now();
        if (event.skipped)
          terminal.message(`${plural(event.skipped, 'file')} done before and unchanged: skipped.`);
        break;
      case 'warning':
        terminal.warning(event.text);
        break;
      case 'page':
        terminal.progress({ done: null, text: `${event.input}: page ${event.page + 1} of ${event.pages}` });
        break;
      case 'part':
        terminal.progress({ done: event.done, text: event.input });
        break;
      case 'added':
        break;
      case 'idle':
        watching = true;
        terminal.message(`${plural(event.finished, 'file')} done; waiting for new images (Ctrl+C ends).`);
        break;
      case 'file': {
        const { file, finished, total } = event;
        if (file.state === 'failed') terminal.warning(`${file.input} was not segmented: ${file.error}`);
        if (watching) {
          terminal.progress({ done: null, text: file.input });
          break;
        }
        const secondsLeft = ((performance.now() - startedMs) / 1000 / finished) * (total - finished);
        terminal.progress({
          done: finished / total,
          text: `${finished} of ${total}, ${duration(secondsLeft)} left  ${file.input}`,
        });
        const tenths = Math.floor((finished / total) * 10);
        if (!terminal.interactive && tenths > toldTenths)
          terminal.message(`${finished} of ${plural(total, 'file')}`);
        toldTenths = tenths;
      }
    }
  };
}

function resultText({
  done,
  skipped,
  failed,
  stopped,
  output,
  manifest,
  measurements,
  seconds,
  overhead,
}: SegmentResult): string {
  const counts = [`${plural(done, 'file')} segmented in ${duration(seconds)}`];
  if (skipped) counts.push(`${skipped} skipped`);
  if (failed.length) counts.push(`${failed.length} failed`);
  const lines = [`${counts.join(', ')}${stopped ? '; stopped before the end (go on with --resume)' : ''}.`];
  if (overhead > 0.005)
    lines.push(
      `${Math.round(overhead * 100)} % more pixels were computed than the images have (padding and halo).`,
    );
  lines.push(`Results: ${output}`, `Manifest: ${manifest}`);
  if (measurements)
    lines.push(
      `Objects: ${plural(measurements.objects, 'row')} in ${measurements.output}`,
      `Images: ${measurements.images}`,
    );
  return lines.join('\n');
}

/** A part of a run has done its part also where it held nothing but broken files. */
export function exitCodeOf({ stopped, failed, done, skipped }: SegmentResult, isPart = false): number {
  if (stopped) return EXIT_INTERRUPTED;
  if (!failed.length) return 0;
  return isPart || done + skipped > 0 ? EXIT_SOME_FAILED : EXIT_FAILED;
}
