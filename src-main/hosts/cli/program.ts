/** All commands under one name. */
import { Command } from 'commander';
import { appVersion } from '../../disk/package-root.js';
import { benchCommand } from './bench.js';
import { strict } from './command.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { infoCommand } from './info.js';
import { measureCommand } from './measure.js';
import { mergeCommand } from './merge.js';
import { newCommand } from './new.js';
import { reportCommand } from './report.js';
import { segmentCommand } from './segment.js';
import { serveCommand } from './serve.js';
import { splitCommand } from './split.js';
import { trainCommand } from './train.js';
import { weightsCommand } from './weights.js';

export function createProgram(): Command {
  const program = new Command('brushfield')
    .description(
      'Paint label masks on microscopy images, train a U-Net on them, segment whole folders. Everything stays on this machine.',
    )
    .version(appVersion(), '--version', 'print the version')
    .addHelpText(
      'after',
      [
        '',
        'A first model:',
        '  brushfield new cells.brushfield',
        '  brushfield import cells.brushfield IMAGES --labels MASKS --map 0=background,255=cell',
        '  brushfield train cells.brushfield',
        '  brushfield segment cells.brushfield --input NEW-IMAGES --output RESULTS --overlay',
        '',
        '"brushfield COMMAND --help" explains a command.',
        'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some images failed and the rest is done, 130 stopped.',
      ].join('\n'),
    );
  strict(program);
  const commands = [
    newCommand(),
    importCommand(),
    splitCommand(),
    infoCommand(),
    trainCommand(),
    evaluateCommand(),
    segmentCommand(),
    measureCommand(),
    mergeCommand(),
    reportCommand(),
    exportCommand(),
    weightsCommand(),
    serveCommand(),
    demoCommand(),
    benchCommand(),
    doctorCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  return program;
}
