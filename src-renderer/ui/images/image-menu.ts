/** What can be done with the chosen images, as a menu. */
import { SPLITS } from '../../../src-main/shared/model.js';
import type { AppState } from '../../state/app.svelte.js';
import type { ProjectSession } from '../../state/project.svelte.js';
import { predictImages } from '../../state/model-commands.js';
import { strings } from '../../strings.js';
import { trainingStrings } from '../../strings-training.js';
import type { MenuItem } from '../frame/menu-item.js';

export function imageMenu(app: AppState, project: ProjectSession): MenuItem[] {
  const ids = project.images.chosenIds();
  const rows = ids.map((id) => project.images.row(id)).filter((row) => row !== undefined);
  const disabled = project.readOnly || ids.length === 0;
  const splits = new Set(rows.map((row) => row.split));
  const done = rows.length > 0 && rows.every((row) => row.status === 'done');
  const items: MenuItem[] = [{ kind: 'heading', label: strings.images.setSplit }];
  for (const split of [...SPLITS, null])
    items.push({
      kind: 'item',
      label: strings.images.splits[split ?? 'undecided'],
      checked: splits.size === 1 && splits.has(split),
      disabled,
      run: () => void project.setSplit(ids, split),
    });
  items.push(
    { kind: 'line' },
    {
      kind: 'item',
      label: done ? strings.images.markNotDone : strings.images.markDone,
      icon: 'check',
      disabled,
      run: () => void project.markDone(ids, !done),
    },
    {
      kind: 'item',
      label: strings.images.setGroup,
      icon: 'list',
      disabled,
      run: () => app.dialogs.show({ kind: 'group', ids, group: rows[0]?.group ?? '' }),
    },
    {
      kind: 'item',
      label: strings.images.setNote,
      icon: 'edit',
      disabled: disabled || ids.length !== 1,
      run: () => void app.showNote(),
    },
    {
      kind: 'item',
      label: trainingStrings.predict.chosenItem,
      icon: 'sample',
      disabled: ids.length === 0 || project.modelling.run === null,
      run: () => void predictImages(app, project, ids),
    },
    {
      kind: 'item',
      label: strings.images.exportChosen,
      icon: 'file',
      disabled: ids.length === 0,
      run: () => app.dialogs.show({ kind: 'export-labels', ids }),
    },
    { kind: 'line' },
    {
      kind: 'item',
      label: strings.images.remove,
      icon: 'trash',
      danger: true,
      disabled,
      run: () => void project.removeImages(ids),
    },
  );
  return items;
}
