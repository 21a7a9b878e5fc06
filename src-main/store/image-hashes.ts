/** The perceptual hashes of images (pixels/perceptual-hash.ts): 64 hex digits, null where there is none to be had. */
import type { Store } from './open.js';

/** Images without an entry have not been looked at. */
export const listImageHashes = (store: Store): Map<number, string | null> =>
  new Map(
    store
      .sql<{ id: number; hash: string | null }>(
        `select image_id as id, hash from image_hash join image on image.id = image_id where removed_by is null`,
      )
      .all()
      .map(({ id, hash }) => [id, hash]),
  );

export const saveImageHash = (store: Store, id: number, hash: string | null): void =>
  void store
    .sql(
      'insert into image_hash (image_id, hash) values (?, ?) on conflict do update set hash = excluded.hash',
    )
    .run(id, hash);
