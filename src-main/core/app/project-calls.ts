/** Calls that make, open, close and undo projects. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { AppApi, Progress, ProjectState } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { describeHolder } from '../../store/lease-holder.js';
import { createProject, openProject, PROJECT_ENDING, type Project } from '../projects.js';
import { namingProgress, runStep } from '../step-thread.js';
import { makeSampleProject } from './sample-project.js';
import { rememberProject } from './recent-projects.js';
import type { Session } from './session.js';

type ProjectCalls = Pick<
  AppApi,
  'createProject' | 'openSample' | 'openProject' | 'closeProject' | 'undoProject' | 'redoProject'
>;

/** What other programs are told who has the project open. */
const AS = { electron: 'the Brushfield app', web: 'Brushfield in a browser' } as const;

export function projectCalls(session: Session): ProjectCalls {
  const { host, userFolder, documentsFolder, sessions, trainings, examined } = session.services;

  const open = async (folder: string, takeOver: boolean): Promise<ProjectState> => {
    const opened = await session.open(trainings.unpark(folder) ?? openHere(folder, takeOver));
    const { project } = opened;
    // A list that cannot be written must not keep anybody from the project.
    await rememberProject(userFolder, { folder: project.folder, name: project.name }).catch(
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      },
    );
    return opened.state();
  };

  const openHere = (folder: string, takeOver: boolean): Project => {
    if (existsSync(folder) && examined.has(realpathSync(folder)))
      throw new AppError(
        'exists',
        `${basename(folder)} is being checked or mended; wait until that has ended, then open it again.`,
      );
    const project = openProject(folder, {
      takeOver,
      as: AS[host],
      onLost: (by) => {
        // Another window may have it by now: see `TrainingDesk.park`.
        const window = [...sessions.values()].find((one) => one.project?.project === project);
        const who = by ? describeHolder(by) : 'another program';
        window?.emit({
          kind: 'access-lost',
          sentence:
            project.store.readOnlyReason ??
            `${basename(project.folder)} was taken over by ${who}; open it again to go on.`,
        });
      },
    });
    return project;
  };

  const step = async (kind: 'undo' | 'redo', call: Call<Progress> | undefined): Promise<ProjectState> => {
    const opened = session.requireWritable();
    const made = await runStep(opened.project.store, { kind }, namingProgress('labels', call));
    if (made) session.changed({ images: made.imageIds, labels: made.imageIds });
    return opened.state();
  };

  return {
    async createProject({ folder, classes = [] }) {
      const path = resolve(folder.endsWith(PROJECT_ENDING) ? folder : `${folder}${PROJECT_ENDING}`);
      createProject(path, { classes }).close();
      return open(path, false);
    },
    async openSample(_, call) {
      const folder = await makeSampleProject(documentsFolder, call);
      return open(folder, false);
    },
    async openProject({ folder, takeOver = false }) {
      const path = resolve(folder);
      // Given back first, so that a window never has to take a project over from itself.
      if (existsSync(path) && session.project?.key === realpathSync(path)) await session.closeProject();
      return open(path, takeOver);
    },
    closeProject: () => session.closeProject(),
    undoProject: (_, call) => step('undo', call),
    redoProject: (_, call) => step('redo', call),
  };
}
