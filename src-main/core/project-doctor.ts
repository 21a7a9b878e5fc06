/** Examines a project and, if asked, mends it: what `brushfield doctor PROJECT` does. */
import { basename, join, resolve } from 'node:path';
import { AppError, isAppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { listBackups, type BackupInfo } from '../store/backup-files.js';
import { damagedName } from '../store/backup-restore.js';
import { checkIntegrity, type IntegrityProgress, type IntegrityReport } from '../store/integrity.js';
import { MIGRATIONS } from '../store/migrations.js';
import { isNewer } from '../store/file-header.js';
import { DATABASE_FILE } from '../store/open.js';
import { mend } from '../store/repair.js';
import { rebuildDatabase } from '../store/rebuild.js';
import { openProject, type Project } from './projects.js';

export interface ProjectReport {
  /** Absolute. */
  folder: string;
  /** No problem is left. */
  ok: boolean;
  /** What was found, a sentence each. */
  problems: string[];
  /** What was done about it. */
  mended: string[];
  /** What is left. */
  left: string[];
  /** The project's file as it was, where something was mended. */
  kept: string | null;
  /** Null when the project could not even be opened. */
  checked: IntegrityReport['checked'] | null;
  /** Newest first. */
  backups: BackupInfo[];
}

export interface ExamineOptions {
  repair?: boolean;
  now?: Date;
}

/**
 * Without `repair` nothing is changed.
 * @throws AppError('not-found'), 'bad-project' for a newer project, 'exists' or 'disk' when one that is to be mended
 *   cannot be written; 'stopped'
 */
export async function examineProject(
  path: string,
  { repair = false, now = new Date() }: ExamineOptions = {},
  call: Call<IntegrityProgress> = {},
): Promise<ProjectReport> {
  const folder = resolve(path);
  const found = await look(folder, call);
  const report: ProjectReport = {
    folder,
    ok: found.sentences.length === 0,
    problems: found.sentences,
    mended: [],
    left: found.sentences,
    kept: null,
    checked: found.checked,
    backups: listBackups(folder),
  };
  if (!repair || report.ok) return report;

  if (found.needsRebuild) {
    const rebuilt = await rebuildDatabase(folder, {
      now,
      ...(call.signal && { signal: call.signal }),
      onEvent: (text) => call.onEvent?.({ done: 0.5, text }),
    });
    report.kept = rebuilt.kept;
    report.mended.push(...rebuilt.done);
  }
  const project = openToMend(folder);
  try {
    const { problems } = await checkIntegrity(project.store, call);
    const mendable = problems.filter(({ kind }) => kind !== 'run' && kind !== 'file');
    if (mendable.length) {
      if (report.kept === null) {
        report.kept = damagedName(join(folder, DATABASE_FILE), now);
        await project.store.copyTo(report.kept, call.signal ? { signal: call.signal } : {});
      }
      report.mended.push(...mend(project.store, mendable));
    }
    const after = await checkIntegrity(project.store, call);
    report.left = after.problems.map(({ sentence }) => sentence);
    report.checked = after.checked;
  } finally {
    project.close();
  }
  report.ok = report.left.length === 0;
  return report;
}

interface Findings {
  sentences: string[];
  needsRebuild: boolean;
  checked: IntegrityReport['checked'] | null;
}

async function look(folder: string, call: Call<IntegrityProgress>): Promise<Findings> {
  let project: Project;
  try {
    project = openProject(folder, { access: 'read' });
  } catch (error) {
    const damaged = isAppError(error) && error.code === 'bad-project';
    if (!damaged || isNewer(join(folder, DATABASE_FILE), MIGRATIONS.length)) throw error;
    return {
      sentences: [`${join(folder, DATABASE_FILE)} cannot be opened: it is damaged or no project.`],
      needsRebuild: true,
      checked: null,
    };
  }
  try {
    const { problems, checked } = await checkIntegrity(project.store, call);
    return {
      sentences: problems.map(({ sentence }) => sentence),
      needsRebuild: problems.some(({ kind }) => kind === 'file'),
      checked,
    };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'bad-project') throw error;
    return { sentences: [error.message], needsRebuild: true, checked: null };
  } finally {
    project.close();
  }
}

function openToMend(folder: string): Project {
  const project = openProject(folder, { as: 'brushfield doctor' });
  const { access, readOnlyReason, heldBy } = project.store;
  if (access === 'write') return project;
  project.close();
  const why = readOnlyReason?.replace(/, so it is open .*$/, '') ?? basename(folder);
  throw new AppError(
    heldBy ? 'exists' : 'disk',
    `${why}, so nothing was mended; close it there, or make it writable.`,
  );
}
