/** What can be done with the whole project, as a menu. */
import type { AppState } from '../../state/app.svelte.js';
import { chooseImages } from '../../state/adding-images.js';
import { chooseLabels } from '../../state/label-files.js';
import type { ProjectSession } from '../../state/project.svelte.js';
import { repairStrings } from '../../strings-repair.js';
import { resultsStrings } from '../../strings-results.js';
import { strings } from '../../strings.js';
import type { MenuItem } from '../frame/menu-item.js';

export function projectMenu(app: AppState, project: ProjectSession): MenuItem[] {
  const { history } = project.state;
  const disabled = project.readOnly;
  return [
    {
      kind: 'item',
      label: strings.top.undo(history.undo),
      icon: 'undo',
      disabled: disabled || history.undo === null,
      run: () => void project.undoProject(),
    },
    {
      kind: 'item',
      label: strings.top.redo(history.redo),
      icon: 'redo',
      disabled: disabled || history.redo === null,
      run: () => void project.redoProject(),
    },
    { kind: 'line' },
    {
      kind: 'item',
      label: strings.images.add,
      icon: 'image',
      disabled,
      run: () => void chooseImages(app, project),
    },
    {
      kind: 'item',
      label: strings.importLabels.command,
      icon: 'add',
      disabled,
      run: () => void chooseLabels(app),
    },
    {
      kind: 'item',
      label: strings.exportLabels.command,
      icon: 'file',
      run: () => app.dialogs.show({ kind: 'export-labels', ids: null }),
    },
    {
      kind: 'item',
      label: resultsStrings.command,
      icon: 'filter',
      run: () => (project.modelling.results.open = true),
    },
    {
      kind: 'item',
      label: strings.split.command,
      icon: 'list',
      disabled,
      run: () => app.dialogs.show({ kind: 'split' }),
    },
    { kind: 'line' },
    {
      kind: 'item',
      label: repairStrings.command,
      icon: 'check',
      run: () => void app.repairProject(),
    },
    {
      kind: 'item',
      label: strings.commands.closeProject,
      icon: 'home',
      run: () => void app.closeProject(),
    },
  ];
}
