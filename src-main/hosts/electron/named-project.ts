/** The project that a command line or a double-click names. */
import { basename, dirname, resolve } from 'node:path';

/**
 * Absolute path of the project's folder, or null when none is named. The project's database stands for its folder,
 * since not every desktop can tie a folder to a program. Whether it is a project at all is the core's to say.
 */
export function namedProject(args: readonly string[], workingFolder: string): string | null {
  const named = args.filter((arg) => !arg.startsWith('-')).at(-1);
  if (named === undefined || named === '') return null;
  const path = resolve(workingFolder, named);
  return basename(path) === 'project.sqlite' ? dirname(path) : path;
}
