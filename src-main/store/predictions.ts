/** Which images were predicted by which run, and from what. The pixels are files of the cache, which can be made again. */
import type { Store } from './open.js';

export interface PredictionRow {
  imageId: number;
  runId: number;
  /** Hex SHA-256 of all that the prediction was made from: model, image, class list. */
  sha256: string;
}

const NO_PIXELS = Buffer.alloc(0);

/** Takes the place of an earlier one of the same run. */
export const rememberPrediction = (store: Store, { imageId, runId, sha256 }: PredictionRow): void =>
  void store
    .sql(
      `insert into prediction (image_id, run_id, sha256, labels, created_at) values (?, ?, ?, ?, ?)
         on conflict do update set sha256 = excluded.sha256, created_at = excluded.created_at`,
    )
    .run(imageId, runId, sha256, NO_PIXELS, new Date().toISOString());

export const predictionRow = (store: Store, imageId: number, runId: number): PredictionRow | null =>
  store
    .sql<PredictionRow>(
      `select image_id as imageId, run_id as runId, sha256 from prediction where image_id = ? and run_id = ?`,
    )
    .get(imageId, runId) ?? null;

export const forgetPrediction = (store: Store, imageId: number, runId: number): void =>
  void store.sql('delete from prediction where image_id = ? and run_id = ?').run(imageId, runId);
