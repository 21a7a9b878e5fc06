/** The projects that were opened last on this machine, newest first: `recent.json` in the user's folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecentProject } from '../../shared/app-api.js';
import { DATABASE_FILE } from '../../store/open.js';
import { changeUserFile, readUserFile } from './user-files.js';

type Remembered = Omit<RecentProject, 'exists'>;

const MOST = 20;
const fileIn = (userFolder: string): string => join(userFolder, 'recent.json');

export async function recentProjects(userFolder: string): Promise<RecentProject[]> {
  return listed(remembered(await readUserFile(fileIn(userFolder))));
}

/** Puts a project first. @throws AppError('disk') */
export async function rememberProject(
  userFolder: string,
  { folder, name }: { folder: string; name: string },
): Promise<void> {
  await change(userFolder, (before) => [
    { folder, name, openedAt: new Date().toISOString() },
    ...before.filter((other) => other.folder !== folder),
  ]);
}

/** @returns those that are left. @throws AppError('disk') */
export const forgetProject = async (userFolder: string, folder: string): Promise<RecentProject[]> =>
  listed(await change(userFolder, (before) => before.filter((other) => other.folder !== folder)));

async function change(
  userFolder: string,
  update: (before: Remembered[]) => Remembered[],
): Promise<Remembered[]> {
  const { projects } = await changeUserFile(fileIn(userFolder), (before) => ({
    ...before,
    projects: update(remembered(before)).slice(0, MOST),
  }));
  return projects;
}

/** Entries that are none are left out: people edit such files. */
function remembered(stored: Record<string, unknown> | null): Remembered[] {
  const projects: unknown = stored?.['projects'];
  if (!Array.isArray(projects)) return [];
  return projects.flatMap((entry: unknown) => {
    const { folder, name, openedAt } = (entry ?? {}) as Partial<Remembered>;
    return typeof folder === 'string' && typeof name === 'string' && typeof openedAt === 'string'
      ? [{ folder, name, openedAt }]
      : [];
  });
}

const listed = (projects: readonly Remembered[]): RecentProject[] =>
  projects.map((project) => ({ ...project, exists: existsSync(join(project.folder, DATABASE_FILE)) }));
