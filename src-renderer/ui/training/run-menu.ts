/** What can be done with a trained model, as a menu. */
import type { RunExportFormat, RunSummary } from '../../../src-main/shared/app-api-training.js';
import type { AppState } from '../../state/app.svelte.js';
import type { ProjectSession } from '../../state/project.svelte.js';
import { trainingStrings } from '../../strings-training.js';
import type { MenuItem } from '../frame/menu-item.js';

const texts = trainingStrings.runs;

export function runMenu({
  app,
  project,
  run,
  rename,
}: {
  app: AppState;
  project: ProjectSession;
  run: RunSummary;
  rename: () => void;
}): MenuItem[] {
  const { modelling, readOnly } = project;
  const { training } = modelling;
  const { runs } = training;
  const inUse = modelling.run;
  const alive = run.phase !== null && run.phase !== 'ended';
  const item = (label: string, action: () => void, more: Partial<MenuItem> = {}): MenuItem => ({
    kind: 'item',
    label,
    run: action,
    ...more,
  });
  const items: MenuItem[] = [];
  if (run.usable && inUse?.id !== run.id) items.push(item(texts.use, () => (modelling.chosenRun = run.id)));
  items.push(item(texts.details, () => app.dialogs.show({ kind: 'runs', ids: [run.id] })));
  if (inUse && inUse.id !== run.id)
    items.push(item(texts.compare, () => app.dialogs.show({ kind: 'runs', ids: [inUse.id, run.id] })));
  if (training.watched && training.watched.run.id !== run.id)
    items.push(item(texts.dash, () => runs.toggleCompared(run.id), { checked: runs.compared.has(run.id) }));
  if (run.resumable && !alive && !readOnly && !training.busy && run.state !== 'finished')
    items.push(item(texts.resume, () => void training.resume(run.id)));
  if (!readOnly)
    items.push(
      { kind: 'line' },
      item(texts.renameItem, rename, { icon: 'edit' }),
      item(texts.keepItem, () => void runs.keep(run.id, !run.kept), { checked: run.kept }),
    );
  if (run.usable)
    items.push(
      item(texts.exportItem, () => void exportRun(app, project, { run: run.id, format: 'folder' }), {
        icon: 'folder',
      }),
      item(texts.exportZipItem, () => void exportRun(app, project, { run: run.id, format: 'zip' })),
      item(texts.exportOnnxItem, () => void exportRun(app, project, { run: run.id, format: 'onnx' })),
    );
  if (!readOnly && !alive && !run.kept)
    items.push(
      { kind: 'line' },
      item(texts.removeItem, () => void runs.remove(run.id), { icon: 'trash', danger: true }),
    );
  return items;
}

async function exportRun(
  app: AppState,
  project: ProjectSession,
  { run, format }: { run: number; format: RunExportFormat },
): Promise<void> {
  const [folder] =
    (await app.choosePaths({
      title: texts.exportTitle,
      wanted: 'folder',
      folder: app.info?.documentsFolder ?? null,
    })) ?? [];
  if (folder !== undefined) await project.modelling.training.runs.exportTo(run, folder, format);
}
