/** Calls that examine a project as a whole, and mend it. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { AppApi, Progress } from '../../shared/app-api.js';
import type { ProjectHealth } from '../../shared/app-api-repair.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { examineInThread } from '../examine-thread.js';
import { PROJECT_ENDING } from '../projects.js';
import type { ProjectReport } from '../project-doctor.js';
import type { Session } from './session.js';

/** Sentences a window is sent: of more nobody reads, and the number is told beside them. */
const MOST_SENTENCES = 500;

export function repairCalls(session: Session): Pick<AppApi, 'examineProject' | 'repairProject'> {
  const { examined } = session.services;

  const examine = async (folder: string, repair: boolean, call: Call<Progress> = {}) => {
    const path = resolve(folder);
    const key = existsSync(path) ? realpathSync(path) : path;
    if (session.project?.key === key) await session.closeProject();
    requireClosed(session, key);
    examined.add(key);
    try {
      const name = basename(path, PROJECT_ENDING);
      const report = await examineInThread(
        { folder: path, repair },
        {
          ...(call.signal && { signal: call.signal }),
          onEvent: ({ done, text }) => call.onEvent?.({ done, total: 1, name: text }),
        },
      );
      return healthOf(report, name);
    } finally {
      examined.delete(key);
    }
  };

  return {
    examineProject: ({ folder }, call) => examine(folder, false, call),
    repairProject: ({ folder }, call) => examine(folder, true, call),
  };
}

/** @throws AppError('exists') when a window of this process, or a training without one, has the project open. */
function requireClosed({ services }: Session, key: string): void {
  const name = basename(key, PROJECT_ENDING);
  const open = [...services.sessions.values()].some(({ project }) => project?.key === key);
  if (open)
    throw new AppError('exists', `${name} is open in another window; close it there, then check it again.`);
  if (services.trainings.keeps(key))
    throw new AppError(
      'exists',
      `${name} is being trained; open it and stop the training or wait for its end, then check it again.`,
    );
  if (services.examined.has(key))
    throw new AppError('exists', `${name} is being checked in another window; wait until that has ended.`);
}

const healthOf = (report: ProjectReport, name: string): ProjectHealth => ({
  ...report,
  name,
  problems: report.problems.slice(0, MOST_SENTENCES),
  mended: report.mended.slice(0, MOST_SENTENCES),
  left: report.left.slice(0, MOST_SENTENCES),
  found: report.problems.length,
  newestBackup: report.backups[0]?.time ?? null,
});
