/** Images taken out of the project by a step that can be undone: they stay, hidden, until the step is forgotten. */
import { AppError } from '../shared/errors.js';
import type { Store } from './open.js';

export interface RemovedImages {
  ids: number[];
}

/** Hides images until `restoreImages`, or until the step is forgotten and they are gone for good. */
export function takeImagesAway(store: Store, stepId: number, ids: readonly number[]): void {
  const hide = store.sql('update image set removed_by = ? where id = ?');
  for (const id of ids) hide.run(stepId, id);
}

/** Shows them again. @throws AppError('exists') when an image of that name or content is in the project again. */
export function restoreImages(store: Store, ids: readonly number[]): void {
  const twin = store.sql<{ removed: string; name: string }>(
    `select gone.name as removed, there.name from image gone join image there on there.removed_by is null
       and (there.name = gone.name or (there.sha256 = gone.sha256 and there.page = gone.page))
     where gone.id = ?`,
  );
  const show = store.sql('update image set removed_by = null where id = ?');
  for (const id of ids) {
    const other = twin.get(id);
    if (other)
      throw new AppError(
        'exists',
        `${other.removed} cannot come back: ${other.name} was added in the meantime; remove that first.`,
      );
    show.run(id);
  }
}

/** What the labels of images take on the disk. */
export function bytesOfImages(store: Store, ids: readonly number[]): number {
  const size = store.sql<{ bytes: number | null }>(
    'select sum(length(bytes)) as bytes from layer join tile on tile.layer_id = layer.id where image_id = ?',
  );
  return ids.reduce((sum, id) => sum + (size.get(id)?.bytes ?? 0), 0);
}
