/** Commands about models: predicting, and going through the doubtful places. */
import { batchStrings } from '../strings-batch.js';
import { liveStrings } from '../strings-live.js';
import { resultsStrings } from '../strings-results.js';
import { trainingStrings } from '../strings-training.js';
import type { AppState } from './app.svelte.js';
import type { WindowCommand } from './commands.svelte.js';
import type { ProjectSession } from './project.svelte.js';

export function modelCommands(app: AppState, project: ProjectSession): WindowCommand[] {
  const { modelling } = project;
  const { predict, review, origin, runs } = trainingStrings;
  const model = (
    id: string,
    title: string,
    { keys = [], enabled, run }: { keys?: string[]; enabled: () => boolean; run: () => unknown },
  ): WindowCommand => ({ id, title, group: 'Model', keys, enabled, run });
  const suggesting = () => {
    const image = project.editing.editor?.image.id;
    return image !== undefined && modelling.live.has(image);
  };
  const trained = () => modelling.run !== null;
  const reviewing = () => modelling.review.current !== null;
  const { modelPixels } = modelling;
  /** The usable model trained before this one, or else the newest other one. */
  const before = (id: number): number | null => {
    const others = modelling.training.runs.list.filter((run) => run.usable && run.id !== id);
    return (others.find((run) => run.id < id) ?? others[0])?.id ?? null;
  };
  return [
    {
      id: 'labels.origin',
      title: origin.showCommand,
      group: 'View',
      keys: ['Shift+V'],
      enabled: () => project.editing.editor !== null,
      run: () => (modelPixels.shown = !modelPixels.shown),
    },
    {
      id: 'labels.confirm',
      title: origin.confirmCommand,
      group: 'Labels',
      keys: [],
      enabled: () => project.editing.editor?.writable ?? false,
      run: () => modelPixels.confirm(),
    },
    model('results', resultsStrings.command, {
      enabled: () => true,
      run: () => (modelling.results.open = !modelling.results.open),
    }),
    model('batch', batchStrings.command, { enabled: trained, run: () => (app.panel = 'batch') }),
    model('live.accept', liveStrings.acceptAll, {
      enabled: () => suggesting() && (project.editing.editor?.writable ?? false),
      run: () => modelling.live.accept({ kind: 'image' }),
    }),
    model('live.next', liveStrings.next, {
      keys: ['Shift+N'],
      enabled: suggesting,
      run: () => modelling.live.next(),
    }),
    model('predict.this', predict.this, {
      keys: ['Shift+Q'],
      enabled: () => trained() && project.editing.editor !== null,
      run: () => modelling.run && modelling.predictions.predict(modelling.run.id),
    }),
    model('predict.chosen', predict.chosenCommand, {
      enabled: () => trained() && project.images.selection.chosen.size > 0,
      run: () => predictImages(app, project, project.images.chosenIds()),
    }),
    model('predict.all', predict.allButton, {
      enabled: () => trained() && project.images.ids.length > 0,
      run: () => predictImages(app, project, null),
    }),
    model('runs.details', runs.detailsCommand, {
      keys: ['Shift+T'],
      enabled: trained,
      run: () => modelling.run && app.dialogs.show({ kind: 'runs', ids: [modelling.run.id] }),
    }),
    model('runs.compare', runs.compareCommand, {
      enabled: () => trained() && before(modelling.run!.id) !== null,
      run() {
        const [now, other] = [modelling.run?.id, before(modelling.run?.id ?? 0)];
        if (now !== undefined && other !== null) app.dialogs.show({ kind: 'runs', ids: [other, now] });
      },
    }),
    model('review.start', review.start, {
      enabled: () => trained() && !reviewing() && !modelling.training.busy,
      run() {
        app.panel = 'review';
        return modelling.run && modelling.review.start(modelling.run.id);
      },
    }),
    model('review.next', review.nextCommand, {
      keys: ['N'],
      enabled: reviewing,
      run: () => modelling.review.next(),
    }),
    model('review.reject', review.rejectCommand, {
      keys: ['R'],
      enabled: reviewing,
      run: () => modelling.review.reject(),
    }),
  ];
}

/** Predicts images by the model in use; what could not be predicted is listed. @param ids null: all. */
export async function predictImages(
  app: AppState,
  { modelling }: ProjectSession,
  ids: number[] | null,
): Promise<void> {
  const { run } = modelling;
  const failed = run && (await modelling.predictions.predictAll(run.id, ids));
  if (failed)
    app.dialogs.show({
      kind: 'results',
      title: trainingStrings.predict.all,
      summary: trainingStrings.predict.failed(failed.length),
      files: failed,
      notes: [],
    });
}
