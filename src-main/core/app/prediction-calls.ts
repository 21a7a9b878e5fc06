/** Calls that predict, and take predictions over into labels. */
import type { PredictionsApi, UncertainTile } from '../../shared/app-api-predictions.js';
import type { AppliedEdit, FileOutcome, Progress } from '../../shared/app-api.js';
import { AppError, isAppError, messageOf } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { imageIds, imagePage } from '../../store/image-list.js';
import { imageById, listImages } from '../../store/images.js';
import { runById } from '../../store/runs.js';
import { candidatesIn, mostUncertain } from '../uncertain-tiles.js';
import { labelledCells } from './labelled-cells.js';
import type { OpenProject } from './open-project.js';
import { acceptedTiles, saveAccepted } from './prediction-accept.js';
import type { Session } from './session.js';

/** Images that are predicted for a queue in one call: the others follow when it is asked for more. */
const QUEUE_IMAGES = 48;

export function predictionCalls(session: Session): Omit<PredictionsApi, 'modelPixels' | 'confirmPixels'> {
  const { predictions } = session.services;

  /** One bad file does not end the rest. */
  const each = async (
    open: OpenProject,
    { run, ids }: { run: number; ids: readonly number[] },
    { signal, onEvent }: Call<Progress>,
  ): Promise<FileOutcome[]> => {
    const outcomes: FileOutcome[] = [];
    for (const [done, imageId] of ids.entries()) {
      const { name } = imageById(open.project.store, imageId);
      if (signal?.aborted) throw new AppError('stopped', 'Predicting was stopped; what was done is kept.');
      onEvent?.({ done, total: ids.length, name });
      try {
        const known = await predictions.find(open, imageId, run);
        if (!known) {
          await predictions.predict(open, { imageId, run }, signal);
          session.changed({ images: [imageId] }, { self: true });
        }
        outcomes.push({ name, reason: null });
      } catch (error) {
        if (!isAppError(error) || ['stopped', 'set-up', 'bad-model'].includes(error.code)) throw error;
        outcomes.push({ name, reason: messageOf(error) });
      }
    }
    return outcomes;
  };

  return {
    async predict(wanted, call) {
      const open = session.requireProject();
      const known = await predictions.find(open, wanted.imageId, wanted.run);
      if (known) return known;
      const info = await predictions.predict(open, wanted, call?.signal);
      session.changed({ images: [wanted.imageId] }, { self: true });
      return info;
    },
    predictPart: (wanted, call) => predictions.part(session.requireProject(), wanted, call?.signal),
    async predictAll({ run, ids }, call = {}) {
      const open = session.requireProject();
      runById(open.project.store, run);
      return each(open, { run, ids: ids ?? imageIds(open.project.store) }, call);
    },
    predictionOf: ({ imageId, run }) => predictions.find(session.requireProject(), imageId, run),
    async acceptPrediction({ run, baseVersion, ...wanted }, call): Promise<AppliedEdit | null> {
      const open = session.requireWritable();
      const { store } = open.project;
      const { imageId } = wanted;
      const title = `Accept prediction of ${runById(store, run).name}`;
      const file = await predictions.file(open, imageId, run);
      try {
        const { width, height } = file.header;
        const source = {
          ...{ width, height },
          tile: (ty: number, tx: number) => file.tile(0, ty, tx),
          labels: () => file.labels(),
        };
        const tiles = await acceptedTiles(store, source, wanted, call?.signal);
        return saveAccepted(session, { imageId, title, baseVersion, tiles });
      } finally {
        await file.close();
      }
    },
    async uncertainTiles({ run, limit, exclude }, call = {}) {
      const open = session.requireProject();
      const { store } = open.project;
      const images = listImages(store).filter(({ split }) => split === null || split === 'train');
      const unfinished = images.filter(
        ({ id, width, height }) => (imagePage(store, [id])[0]?.labelledPixels ?? 0) < width * height,
      );
      const every = Math.ceil(unfinished.length / QUEUE_IMAGES);
      const looked = unfinished.filter((_, i) => i % every === 0);
      await each(open, { run, ids: looked.map(({ id }) => id) }, call);
      const seen = new Set(exclude.map(({ imageId, x, y }) => `${imageId}:${x}:${y}`));
      const candidates: UncertainTile[] = [];
      for (const { id, name, width, height } of looked) {
        // Its file may have been refused above.
        const file = await predictions.file(open, id, run).catch(() => null);
        if (!file) continue;
        const cells = await file.cells().finally(() => file.close());
        const labelled = labelledCells(store, id);
        candidates.push(...candidatesIn({ imageId: id, name, width, height, cells, labelled }));
      }
      return mostUncertain(
        candidates.filter(({ imageId, x, y }) => !seen.has(`${imageId}:${x}:${y}`)),
        limit,
      );
    },
  };
}
