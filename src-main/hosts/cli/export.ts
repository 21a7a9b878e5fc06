/** `brushfield export PROJECT --format indexed-png|imagej|instances|overlay|onnx|keras-h5|model-zip --output FOLDER|FILE` */
import { exportLabels, type ExportReport } from '../../core/exports.js';
import { exportKerasWeights, exportOnnx } from '../../core/model-export.js';
import { resolveModel } from '../../core/models.js';
import { exportModelZip } from '../../core/run-export.js';
import { openProjectToRead } from '../../core/projects.js';
import { EXPORT_FORMATS, type ExportFormat } from '../../shared/app-api.js';
import { oneOf } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { EXIT_SOME_FAILED } from './failure.js';
import type { Terminal } from './terminal.js';
import { count, plural } from './text-table.js';

const FORMATS = [...EXPORT_FORMATS, 'onnx', 'keras-h5', 'model-zip'] as const;

interface ExportOptions {
  format: (typeof FORMATS)[number];
  output: string;
  overwrite?: boolean;
}

export const exportCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'export <project>',
      summary: 'Write labels, or a model, for other programs.',
      details:
        'Labels go into a folder, a file for every labelled image: indexed-png IMAGE_mask.png (value = class), ' +
        'imagej IMAGE_labels.tif (with LUT and pixel size), instances IMAGE_cp_masks.tif (uint16, objects that touch at sides ' +
        'or corners are one; the class named background is 0), overlay IMAGE_overlay.png (with legend and scale bar). ' +
        'onnx writes a trained model into one file that onnxruntime and many other programs compute (docs/onnx.md). ' +
        "keras-h5 writes the weights of PROJECT, PROJECT:RUN or a run's folder into one file. " +
        'model-zip writes that model whole, with its passport, into one zip file; unpacked it is a folder that every command takes as a model.',
      examples: [
        ['export cells.brushfield --format indexed-png --output masks', 'label masks'],
        ['export cells.brushfield --format instances --output masks', 'objects for Cellpose or StarDist'],
        ['export cells.brushfield --format onnx --output cells.onnx', 'the model for onnxruntime'],
        [
          'export cells.brushfield --format keras-h5 --output cells.h5',
          'weights that Keras loads by layer name',
        ],
        ['export cells.brushfield --format model-zip --output cells.zip', 'the model as one file to pass on'],
      ],
    })
      .requiredOption('--format <format>', FORMATS.join(', '), oneOf('--format', FORMATS))
      .requiredOption('--output <path>', 'folder for labels; file to write for onnx, keras-h5 and model-zip')
      .option('--overwrite', 'replace files that are there'),
  ).action(
    run(async ({ terminal, signal }: Context, argument: string, options: ExportOptions) => {
      const { format, ...rest } = options;
      if (format === 'model-zip') return exportZip(terminal, signal, argument, rest);
      if (format === 'onnx') return exportNetwork(terminal, signal, argument, rest);
      return format === 'keras-h5'
        ? exportModel(terminal, argument, rest)
        : exportLabelFiles(terminal, signal, argument, { format, ...rest });
    }),
  );

async function exportModel(
  terminal: Terminal,
  argument: string,
  { output, overwrite = false }: Omit<ExportOptions, 'format'>,
): Promise<number> {
  const model = await resolveModel(argument);
  const written = await exportKerasWeights(model, output, { overwrite });
  terminal.result(
    { run: model.run, ...written },
    () => `Wrote ${count(written.parameters)} parameters of ${model.run} to ${written.path}.`,
  );
  return 0;
}

async function exportNetwork(
  terminal: Terminal,
  signal: AbortSignal,
  argument: string,
  { output, overwrite = false }: Omit<ExportOptions, 'format'>,
): Promise<number> {
  const model = await resolveModel(argument);
  const written = await exportOnnx(model, output, { overwrite }, signal);
  terminal.result(
    { run: model.run, ...written },
    () => `Wrote ${model.run} to ${written.path} (${(written.bytes / 1e6).toFixed(1)} MB).`,
  );
  return 0;
}

async function exportZip(
  terminal: Terminal,
  signal: AbortSignal,
  argument: string,
  options: Omit<ExportOptions, 'format'>,
): Promise<number> {
  const model = await resolveModel(argument);
  const written = await exportModelZip(model, options, {
    signal,
    onEvent: ({ done, total, name }) => terminal.progress({ done: done / total, text: name }),
  });
  terminal.result(
    { run: model.run, ...written },
    () => `Wrote ${model.run} to ${written.path} (${(written.bytes / 1e6).toFixed(1)} MB).`,
  );
  return 0;
}

async function exportLabelFiles(
  terminal: Terminal,
  signal: AbortSignal,
  argument: string,
  { format, output, overwrite = false }: ExportOptions & { format: ExportFormat },
): Promise<number> {
  const project = openProjectToRead(argument);
  try {
    const report = await exportLabels(
      project,
      { format, folder: output, ids: null, overwrite },
      {
        signal,
        onEvent: ({ done, total, name }) =>
          terminal.progress({ done: done / total, text: `${done} of ${total}  ${name}` }),
      },
    );
    for (const { name, reason } of report.files) if (reason !== null) terminal.warning(`${name}: ${reason}.`);
    terminal.result({ project: project.folder, format, ...report }, () => reportText(report));
    return report.files.some(({ reason }) => reason !== null) ? EXIT_SOME_FAILED : 0;
  } finally {
    project.close();
  }
}

function reportText({ files, folder }: ExportReport): string {
  const written = files.filter(({ reason }) => reason === null).length;
  const left = files.length - written;
  return `Wrote ${plural(written, 'file')} to ${folder}${left ? `; ${left} left out` : ''}.`;
}
