/** Calls about labels that came from a model: which they are, and a person standing for them. */
import type { PredictionsApi } from '../../shared/app-api-predictions.js';
import { confirmPixels } from '../../store/confirm-pixels.js';
import { history } from '../../store/edits.js';
import { imagePage } from '../../store/image-list.js';
import { modelPixels } from '../../store/model-pixels.js';
import type { Session } from './session.js';

export function modelPixelCalls(session: Session): Pick<PredictionsApi, 'modelPixels' | 'confirmPixels'> {
  return {
    async modelPixels({ imageId }) {
      const { store } = session.requireProject().project;
      const [row] = imagePage(store, [imageId]);
      return { ...modelPixels(store, imageId), labelledPixels: row?.labelledPixels ?? 0 };
    },
    async confirmPixels({ imageId, region, baseVersion: expectedVersion }) {
      const { store } = session.requireWritable().project;
      const title = 'Confirm labels';
      const rect = region.kind === 'rect' ? region : null;
      const confirmed = confirmPixels(store, { imageId, title, rect, expectedVersion });
      if (!confirmed) return null;
      session.requireProject().painted();
      session.changed({ images: [imageId], labels: [imageId] }, { self: true });
      const { undo, redo } = history(store, imageId);
      const { labelledPixels, status } = imagePage(store, [imageId])[0]!;
      return { title, ...confirmed, history: { undo, redo }, labelledPixels, status };
    },
  };
}
