/** Calls about the machine and the person, which need no project: preferences, recent projects, folders, events. */
import { homedir, platform } from 'node:os';
import { resolve } from 'node:path';
import { appVersion } from '../../disk/package-root.js';
import type { AppApi } from '../../shared/app-api.js';
import { listFolder } from './folders.js';
import { changePreferences, readPreferences } from './preferences.js';
import { forgetProject, recentProjects } from './recent-projects.js';
import type { Session } from './session.js';

type MachineCalls = Pick<
  AppApi,
  'appInfo' | 'preferences' | 'setPreferences' | 'recentProjects' | 'forgetRecent' | 'listFolder' | 'events'
>;

export function machineCalls(session: Session): MachineCalls {
  const { host, userFolder, documentsFolder } = session.services;
  return {
    appInfo: async () => ({
      version: appVersion(),
      host,
      platform: platform(),
      homeFolder: homedir(),
      documentsFolder,
    }),
    preferences: () => readPreferences(userFolder),
    setPreferences: (changes) => changePreferences(userFolder, changes),
    recentProjects: () => recentProjects(userFolder),
    forgetRecent: ({ folder }) => forgetProject(userFolder, resolve(folder)),
    listFolder: ({ folder }) => listFolder(folder),
    async events(_, call) {
      const signal = call?.signal;
      const stop = session.listen((event) => call?.onEvent?.(event));
      if (signal && !signal.aborted)
        await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
      stop();
    },
  };
}
