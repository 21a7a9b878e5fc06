/** `brushfield info PROJECT|MODEL|NETWORK` */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withEngine } from '../../core/engine-process.js';
import { leakSentences } from '../../core/leak-sentences.js';
import { resolveModel } from '../../core/models.js';
import { projectInfo } from '../../core/project-info.js';
import { LEARNERS, type LearnerName } from '../../shared/settings.js';
import { defaultSettings } from '../../shared/settings-values.js';
import { DATABASE_FILE } from '../../store/open.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { openToRead } from './open-project.js';
import { modelText, networkText, projectText } from './info-text.js';

export const infoCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'info <project>',
      summary: 'Show a project, a model, or a network.',
      details:
        "For a project: images, splits, classes, labelled pixels, models. For a model (PROJECT:RUN or a run's folder) or the name of a network: " +
        'layers, shapes, parameters, receptive field.',
      examples: [
        ['info cells.brushfield', 'the project'],
        ['info cells.brushfield:2026-11-22-1857-unet-quick', 'one of its models'],
        ['info unet-mobilenet', 'a network with two classes'],
      ],
    }),
  ).action(
    run(async (context: Context, argument: string) => {
      if ((LEARNERS as readonly string[]).includes(argument) && !existsSync(argument))
        return showNetwork(context, argument as LearnerName);
      if (looksLikeProject(argument)) return showProject(context, argument);
      return showModel(context, argument);
    }),
  );

/** Anything that is there and no run, and anything that is not there and names no run. */
const looksLikeProject = (argument: string): boolean =>
  existsSync(join(resolve(argument), DATABASE_FILE)) ||
  argument.endsWith('.brushfield') ||
  existsSync(`${resolve(argument)}.brushfield`);

async function showProject({ terminal }: Context, path: string): Promise<void> {
  const project = openToRead(path, terminal);
  try {
    const info = await projectInfo(project);
    for (const sentence of leakSentences(info.leaks)) terminal.warning(sentence);
    terminal.result(info, () => projectText(info));
  } finally {
    project.close();
  }
}

async function showModel({ terminal }: Context, argument: string): Promise<void> {
  const model = await resolveModel(argument);
  const network = await withEngine({ device: 'cpu' }, ({ api }) => api.describe({ model: model.folder }));
  terminal.result({ ...model, network }, () => `${modelText(model)}\n\n${networkText(network)}`);
}

async function showNetwork({ terminal }: Context, name: LearnerName): Promise<void> {
  const { size, channels } = defaultSettings(name);
  const network = await withEngine({ device: 'cpu' }, ({ api }) =>
    api.describe({ network: name, classes: 2, channels: channels === 'rgb' ? 3 : 1, size }),
  );
  terminal.result(network, () => networkText(network));
}
