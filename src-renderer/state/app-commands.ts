/** The commands that are no painting: projects, images, the window itself. */
import { strings } from '../strings.js';
import { chooseImages, relinkFolder } from './adding-images.js';
import type { AppState } from './app.svelte.js';
import type { Command } from './commands.svelte.js';
import { chooseLabels } from './label-files.js';
import type { ProjectSession } from './project.svelte.js';

const { commands: titles } = strings;

/** Those that make sense on every screen. */
export function windowCommands(app: AppState): Command[] {
  const always = () => !app.opening;
  const of = (group: string, id: string, title: string, keys: string[], run: () => unknown): Command => ({
    id,
    title,
    group,
    keys,
    enabled: always,
    run,
  });
  return [
    of(titles.groups.project, 'project.new', titles.newProject, [], () =>
      app.dialogs.show({ kind: 'new-project', images: null }),
    ),
    of(titles.groups.project, 'project.open', titles.openProject, ['Ctrl+O'], () => app.chooseProject()),
    of(titles.groups.project, 'project.sample', titles.openSample, [], () => app.openSample()),
    ...(['system', 'light', 'dark'] as const).map((theme) =>
      of(titles.groups.view, `theme.${theme}`, titles.theme(strings.top.themes[theme]), [], () =>
        app.preferences.setTheme(theme),
      ),
    ),
    of(titles.groups.help, 'palette', titles.palette, ['Ctrl+K'], () =>
      app.dialogs.show({ kind: 'palette' }),
    ),
    of(titles.groups.help, 'shortcuts', titles.shortcuts, ['?', 'F1'], () =>
      app.dialogs.show({ kind: 'shortcuts' }),
    ),
  ];
}

/** Those of an open project. */
export function projectCommands(app: AppState, project: ProjectSession): Command[] {
  const { groups } = titles;
  const always = () => true;
  const writable = () => !project.readOnly;
  const some = () => project.images.ids.length > 0;
  const chosen = () => writable() && project.images.selection.chosen.size > 0;
  return [
    {
      id: 'project.close',
      title: titles.closeProject,
      group: groups.project,
      keys: [],
      enabled: always,
      run: () => app.closeProject(),
    },
    {
      id: 'project.undo',
      title: titles.undoProject,
      group: groups.project,
      keys: ['Ctrl+Alt+Z'],
      enabled: () => writable() && project.state.history.undo !== null,
      run: () => project.undoProject(),
    },
    {
      id: 'project.redo',
      title: titles.redoProject,
      group: groups.project,
      keys: ['Ctrl+Alt+Shift+Z'],
      enabled: () => writable() && project.state.history.redo !== null,
      run: () => project.redoProject(),
    },
    {
      id: 'images.add',
      title: strings.images.add,
      group: groups.images,
      keys: [],
      enabled: writable,
      run: () => chooseImages(app, project),
    },
    {
      id: 'images.addFolder',
      title: strings.images.addFolder,
      group: groups.images,
      keys: [],
      enabled: writable,
      run: () => chooseImages(app, project, 'images-folder'),
    },
    {
      id: 'images.split',
      title: strings.split.command,
      group: groups.images,
      keys: [],
      enabled: writable,
      run: () => app.dialogs.show({ kind: 'split' }),
    },
    {
      id: 'images.relink',
      title: strings.image.relinkCommand,
      group: groups.images,
      keys: [],
      enabled: writable,
      run: () => relinkFolder(app, project),
    },
    {
      id: 'labels.import',
      title: strings.importLabels.command,
      group: groups.images,
      keys: [],
      enabled: () => writable() && some(),
      run: () => chooseLabels(app),
    },
    {
      id: 'labels.export',
      title: strings.exportLabels.command,
      group: groups.images,
      keys: [],
      enabled: some,
      run: () => app.dialogs.show({ kind: 'export-labels', ids: null }),
    },
    {
      id: 'images.previous',
      title: titles.previousImage,
      group: groups.images,
      keys: ['A', 'PageUp'],
      enabled: some,
      run: () => project.images.step(-1),
    },
    {
      id: 'images.next',
      title: titles.nextImage,
      group: groups.images,
      keys: ['D', 'PageDown'],
      enabled: some,
      run: () => project.images.step(1),
    },
    {
      id: 'images.search',
      title: titles.search,
      group: groups.images,
      keys: ['Ctrl+F'],
      enabled: some,
      run: () => document.getElementById('image-search')?.focus(),
    },
    {
      id: 'images.chooseAll',
      title: titles.chooseAll,
      group: groups.images,
      keys: [],
      enabled: some,
      run: () => project.images.chooseAll(),
    },
    {
      id: 'images.note',
      title: strings.images.setNote,
      group: groups.images,
      keys: [],
      enabled: () => project.images.currentId !== null,
      run: () => app.showNote(),
    },
    {
      id: 'images.done',
      title: strings.images.markDone,
      group: groups.images,
      keys: [],
      enabled: chosen,
      run: () => project.markDone(project.images.chosenIds(), true),
    },
  ];
}
