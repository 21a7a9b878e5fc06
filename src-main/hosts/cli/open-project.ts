/** Opens a project as a command needs it: to read, which always works, or to write, which one process does at a time. */
import type { Command } from 'commander';
import { openProject, openProjectToRead, type Project } from '../../core/projects.js';
import { AppError } from '../../shared/errors.js';
import type { Terminal } from './terminal.js';

export interface TakeOverOption {
  takeOver?: boolean;
}

/** For commands that write. */
export const withTakeOver = (command: Command): Command =>
  command.option('--take-over', 'write even if the project is open elsewhere, which can write no more then');

/** Says what there is to say about the project, once. */
export function openToRead(path: string, terminal: Terminal): Project {
  const project = openProjectToRead(path);
  tellNotices(project, terminal);
  return project;
}

/**
 * @param command its name, for others who are told what has the project open
 * @throws AppError, before any work is done, when the project cannot be written
 */
export function openToWrite(
  path: string,
  { terminal, command, takeOver = false }: { terminal: Terminal; command: string } & TakeOverOption,
): Project {
  const project = openProject(path, { as: `brushfield ${command}`, takeOver });
  try {
    const { heldBy, readOnlyReason } = project.store;
    if (heldBy !== null)
      throw new AppError(
        'exists',
        `${readOnlyReason?.replace(/, so .*$/, '')}; close it there, or run the command again with --take-over.`,
      );
    if (readOnlyReason !== null)
      throw new AppError('disk', `${readOnlyReason.replace(/, so it is open .*$/, '')}; nothing was done.`);
  } catch (error) {
    project.close();
    throw error;
  }
  tellNotices(project, terminal);
  return project;
}

function tellNotices({ store }: Project, terminal: Terminal): void {
  for (const notice of store.notices) terminal.message(notice);
}
