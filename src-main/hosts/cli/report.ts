/** `brushfield report MODEL --output FILE.html` */
import { resolveModel } from '../../core/models.js';
import { writeReport } from '../../core/report/report.js';
import type { DeviceChoice } from '../../shared/engine-api.js';
import { describeCommand, run, withCommonOptions, withEngineOptions, type Context } from './command.js';
import { plural } from './text-table.js';

interface ReportCommandOptions {
  output: string;
  results?: string;
  overwrite?: boolean;
  device?: DeviceChoice;
  threads?: number;
}

export const reportCommand = () =>
  withCommonOptions(
    withEngineOptions(
      describeCommand({
        usage: 'report <model>',
        summary: 'Write a quality report of a model as one HTML file.',
        details:
          "MODEL is a project (its best run), PROJECT:RUN, or a run's folder. Scores on held-out images with bootstrap intervals, " +
          'confusion, best and worst images, curves, passport, a draft of the methods paragraph, and with --results what a ' +
          'folder of segmented images holds and which of them are unlike the others. The file needs no network and prints well.',
        examples: [
          ['report cells.brushfield --output report.html', 'the model'],
          ['report cells.brushfield --results masks --output report.html', 'and what it segmented'],
        ],
      })
        .requiredOption('--output <file>', 'report to write, .html')
        .option('--results <folder>', 'results of "segment"')
        .option('--overwrite', 'replace a report that is there'),
    ),
  ).action(
    run(async ({ terminal, signal }: Context, argument: string, options: ReportCommandOptions) => {
      const { device, threads, ...given } = options;
      const engine = { ...(device && { device }), ...(threads && { threads }) };
      const report = await writeReport(await resolveModel(argument), { ...given, engine }, signal);
      if (report.notScored)
        terminal.warning(`The held-out images were not scored again: ${report.notScored}`);
      const { batch } = report;
      terminal.result(report, () =>
        [
          ...(batch ? [`${plural(batch.outliers.length, 'image')} of ${batch.done} unlike the others.`] : []),
          `Report: ${report.output}`,
        ].join('\n'),
      );
    }),
  );
