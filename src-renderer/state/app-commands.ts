/** The commands that are no painting: projects, images, the window itself. */
import { COMMANDS } from '../editor/commands.js';
import { repairStrings } from '../strings-repair.js';
import { strings } from '../strings.js';
import { chooseImages, relinkFolder } from './adding-images.js';
import type { AppState } from './app.svelte.js';
import { commandContext } from './command-context.js';
import type { WindowCommand } from './commands.svelte.js';
import { chooseLabels } from './label-files.js';
import { modelCommands } from './model-commands.js';
import type { ProjectSession } from './project.svelte.js';

const { commands: titles } = strings;

/** Those that make sense on every screen. */
export function windowCommands(app: AppState): WindowCommand[] {
  const always = () => !app.opening;
  const of = (
    group: WindowCommand['group'],
    id: string,
    title: string,
    keys: string[],
    run: () => unknown,
  ): WindowCommand => ({
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
    of(titles.groups.project, 'project.open', titles.openProject, ['Mod+O'], () => app.chooseProject()),
    of(titles.groups.project, 'project.sample', titles.openSample, [], () => app.openSample()),
    of(titles.groups.project, 'project.repair', repairStrings.command, [], () => app.repairProject()),
    ...(['system', 'light', 'dark'] as const).map((theme) =>
      of(titles.groups.view, `theme.${theme}`, titles.theme(strings.top.themes[theme]), [], () =>
        app.preferences.setTheme(theme),
      ),
    ),
  ];
}

/** Those of `editor/commands.ts`, bound to this window. */
export function editorCommands(app: AppState): WindowCommand[] {
  const context = commandContext(app);
  return COMMANDS.map(({ enabled, waits, run, release, ...command }) => ({
    ...command,
    enabled: () => enabled(context),
    ...(waits && { waits: () => waits(context) }),
    run: () => run(context),
    ...(release && { release: (heldMs: number) => release(context, heldMs) }),
  }));
}

/** Those of an open project. */
export function projectCommands(app: AppState, project: ProjectSession): WindowCommand[] {
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
      keys: ['Mod+Alt+Z'],
      enabled: () => writable() && project.state.history.undo !== null,
      waits: () => writable() && project.editing.steps.pending !== null,
      run: () => project.editing.steps.add(() => project.undoProject()),
    },
    {
      id: 'project.redo',
      title: titles.redoProject,
      group: groups.project,
      keys: ['Mod+Alt+Shift+Z'],
      enabled: () => writable() && project.state.history.redo !== null,
      waits: () => writable() && project.editing.steps.pending !== null,
      run: () => project.editing.steps.add(() => project.redoProject()),
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
      id: 'images.search',
      title: titles.search,
      group: groups.images,
      keys: ['Mod+F'],
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
    ...modelCommands(app, project),
  ];
}
