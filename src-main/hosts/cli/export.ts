/** `brushfield export MODEL --format keras-h5 --output FILE.h5` */
import { exportKerasWeights } from '../../core/model-export.js';
import { resolveModel } from '../../core/models.js';
import { oneOf } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { count } from './text-table.js';

interface ExportOptions {
  format: 'keras-h5';
  output: string;
  overwrite?: boolean;
}

export const exportCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'export <model>',
      summary: 'Write a model for other programs.',
      examples: [
        [
          'export cells.brushfield --format keras-h5 --output cells.h5',
          'weights that Keras loads by layer name',
        ],
      ],
    })
      .requiredOption('--format <format>', 'keras-h5', oneOf('--format', ['keras-h5'] as const))
      .requiredOption('--output <file>', 'file to write')
      .option('--overwrite', 'replace the file if it is there'),
  ).action(
    run(async ({ terminal }: Context, argument: string, { output, overwrite = false }: ExportOptions) => {
      const model = await resolveModel(argument);
      const written = await exportKerasWeights(model, output, { overwrite });
      terminal.result(
        { run: model.run, ...written },
        () => `Wrote ${count(written.parameters)} parameters of ${model.run} to ${written.path}.`,
      );
    }),
  );
