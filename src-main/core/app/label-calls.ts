/** Calls that read and paint labels. What is answered is on the disk. */
import type { AppApi, AppliedEdit, HistoryState, ImageStatus } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import { history, redo, saveTiles, undo, type AppliedTiles } from '../../store/edits.js';
import { imagePage } from '../../store/image-list.js';
import type { Store } from '../../store/open.js';
import { maskOverview } from '../../store/overviews.js';
import type { Session } from './session.js';

type LabelCalls = Pick<AppApi, 'loadTiles' | 'saveEdit' | 'undo' | 'redo'>;

export function labelCalls(session: Session): LabelCalls {
  /** What every change of labels answers with; the list follows by itself. */
  const after = (store: Store, imageId: number): { history: HistoryState; status: ImageStatus } => {
    session.requireProject().painted();
    session.changed({ images: [imageId], labels: [imageId] }, { self: true });
    const { undo: back, redo: forth } = history(store, imageId);
    const [row] = imagePage(store, [imageId]);
    if (!row) throw new AppError('not-found', `There is no image ${imageId} in the project.`);
    return { history: { undo: back, redo: forth }, status: row.status };
  };
  const applied = (store: Store, imageId: number, edit: AppliedTiles | null): AppliedEdit | null =>
    edit && { ...edit, ...after(store, imageId) };

  return {
    loadTiles: ({ imageId, level, range }, call) =>
      maskOverview(session.requireProject().project.store, imageId, level, range, call?.signal),
    async saveEdit({ imageId, title, author, baseVersion, tiles }) {
      const { store } = session.requireWritable().project;
      const saved = saveTiles(store, { imageId, title, author, expectedVersion: baseVersion, tiles });
      return { ...saved, ...after(store, imageId) };
    },
    async undo({ imageId }) {
      const { store } = session.requireWritable().project;
      return applied(store, imageId, undo(store, imageId));
    },
    async redo({ imageId }) {
      const { store } = session.requireWritable().project;
      return applied(store, imageId, redo(store, imageId));
    },
  };
}
