/** `brushfield train PROJECT` */
import type { Project } from '../../core/projects.js';
import { compareWithThreshold } from '../../core/threshold-comparison.js';
import { trainProject, type TrainOptions } from '../../core/training.js';
import { AppError } from '../../shared/errors.js';
import { LEARNERS, SETTINGS, type SettingName } from '../../shared/settings.js';
import { listClasses } from '../../store/classes.js';
import { collect } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { openToWrite, withTakeOver, type TakeOverOption } from './open-project.js';
import { EXIT_INTERRUPTED } from './interrupt.js';
import { trainResultText, trainReporter } from './train-report.js';

/** Options that are settings under their own names. */
const SHORTHANDS = [
  ['network', 'NAME', LEARNERS.join(', ')],
  ['size', 'PX', 'side of the training crop'],
  ['batch', 'N', 'crops a step'],
  ['lr', 'X', 'learning rate'],
  ['epochs', 'N', 'epochs at most'],
  ['minutes', 'M', 'training time (default 4, when no other limit is given)'],
  ['steps', 'N', 'steps at most'],
  ['patience', 'N', 'stop after N evaluations without a lower held-out loss'],
  ['seed', 'N', 'equal seeds give equal runs at equal thread counts'],
  ['workers', 'N', 'threads that read and augment training crops'],
  ['device', 'DEVICE', SETTINGS.device.choices.join(', ')],
  ['threads', 'N', 'threads TensorFlow may use'],
] as const satisfies readonly (readonly [SettingName, string, string])[];

interface TrainCommandOptions extends Partial<Record<SettingName, string>>, TakeOverOption {
  weights?: string;
  from?: string;
  resume?: string;
  classes?: string;
  set?: string[];
}

export function trainCommand() {
  const command = describeCommand({
    usage: 'train <project>',
    summary: 'Train a network on the labelled images.',
    details:
      'Images in the split val are held out and scored after each epoch; where there are none, some are held out now. ' +
      'The best weights are kept. Ctrl+C stops after the current step and keeps what was learned. ' +
      '"train --help settings" lists every setting.',
    examples: [
      ['train cells.brushfield', 'four minutes with unet-quick'],
      ['train cells.brushfield --minutes 20 --set elastic=4', 'longer, with elastic deformation'],
      ['train cells.brushfield --network unet-mobilenet --weights imagenet', 'from ImageNet weights'],
      ['train cells.brushfield --network live', 'the classifier behind live suggestions, in seconds'],
      ['train cells.brushfield --resume last --minutes 30', 'go on with the last run'],
    ],
  });
  for (const [name, value, help] of SHORTHANDS) command.option(`--${name} <${value}>`, help);
  command
    .option('--weights <FILE.h5>', 'start from a Keras weights file, imagenet, or none (default)')
    .option('--from <RUN>', 'start from the best weights of a run')
    .option('--resume <RUN>', 'go on with a run, or with the last one; only its budget may change')
    .option('--classes <A,B>', 'learn only these classes; pixels of the others count as unlabelled')
    .option('--set <NAME=VALUE>', 'any setting; may be repeated', collect);
  return withCommonOptions(withTakeOver(command)).action(
    run(async ({ terminal, signal }: Context, path: string, given: TrainCommandOptions) => {
      const options = trainOptions(given);
      const project = openToWrite(path, { terminal, command: 'train', takeOver: given.takeOver ?? false });
      try {
        if (given.classes !== undefined && given.resume !== undefined)
          throw new AppError('usage', 'A resumed run keeps its classes; leave out --classes.');
        const classes = given.classes === undefined ? null : classesNamed(project, given.classes);
        const outcome = await trainProject(
          project,
          { ...options, classes },
          { signal, onEvent: trainReporter(terminal) },
        );
        const { run: name, folder, result } = outcome;
        const threshold = await compareWithThreshold(folder, signal);
        terminal.result({ kind: 'result', run: name, folder, ...result, threshold }, () =>
          trainResultText(outcome, { project: path, threshold }),
        );
        return result.reason === 'stopped' ? EXIT_INTERRUPTED : 0;
      } finally {
        project.close();
      }
    }),
  );
}

/** Label values of classes by name. @throws AppError('usage') for a name that there is not. */
function classesNamed({ store }: Project, names: string): number[] {
  const known = listClasses(store);
  return names.split(',').map((given) => {
    const found = known.find(({ name }) => name === given.trim());
    if (found) return found.value;
    throw new AppError(
      'usage',
      `There is no class "${given.trim()}"; the project has ${known.map(({ name }) => name).join(', ')}.`,
    );
  });
}

/** The shorthands and every `--set` as one table; a setting that is given twice must be given alike. */
export function trainOptions({
  weights,
  from,
  resume,
  set = [],
  ...rest
}: TrainCommandOptions): TrainOptions {
  const settings: Record<string, string> = {};
  const give = (name: string, value: string) => {
    const before = settings[name];
    if (before !== undefined && before !== value)
      throw new AppError('usage', `${name} is given as ${before} and as ${value}; give it once.`);
    settings[name] = value;
  };
  for (const [name] of SHORTHANDS) {
    const value = rest[name];
    if (value !== undefined) give(name, value);
  }
  for (const pair of set) {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw new AppError(
        'usage',
        `--set takes NAME=VALUE, and "${pair}" is not; "train --help settings" lists the names.`,
      );
    give(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return {
    set: settings,
    ...(weights !== undefined && { weights }),
    ...(from !== undefined && { from }),
    ...(resume !== undefined && { resume }),
  };
}
