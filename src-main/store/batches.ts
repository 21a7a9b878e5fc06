/** Batches of a project: folders segmented with one of its models, with the state of each file. */
import { AppError } from '../shared/errors.js';
import { warningSentence } from '../shared/image-warnings.js';
import type { BatchFile, BatchFileState, BatchOptions, BatchSummary } from '../shared/app-api-batch.js';
import type { Store } from './open.js';

export type BatchRow = Pick<
  BatchSummary,
  'id' | 'run' | 'runName' | 'input' | 'output' | 'options' | 'trial' | 'state' | 'error' | 'createdAt'
> & { endedAt: string | null };

export type BatchCounts = Pick<BatchSummary, 'total' | 'done' | 'failed'>;

type StoredBatch = Omit<BatchRow, 'options' | 'trial'> & { options: string; trial: number };

const COLUMNS = `id, run_id as run, run_name as runName, input, output, options, trial, state, error,
  created_at as createdAt, ended_at as endedAt`;

const rowOf = (stored: StoredBatch): BatchRow => ({
  ...stored,
  options: JSON.parse(stored.options) as BatchOptions,
  trial: stored.trial === 1,
});

/** Newest first. */
export const listBatches = (store: Store): BatchRow[] =>
  store.sql<StoredBatch>(`select ${COLUMNS} from batch order by id desc`).all().map(rowOf);

/** @throws AppError('not-found') */
export function batchById(store: Store, id: number): BatchRow {
  const stored = store.sql<StoredBatch>(`select ${COLUMNS} from batch where id = ?`).get(id);
  if (!stored) throw new AppError('not-found', 'This batch is not in the list any more.');
  return rowOf(stored);
}

export function addBatch(
  store: Store,
  batch: Pick<BatchRow, 'run' | 'runName' | 'input' | 'output' | 'options' | 'trial'>,
): BatchRow {
  return store.transaction(() => {
    const { lastInsertRowid } = store
      .sql(
        `insert into batch (run_id, run_name, input, output, options, trial, state, created_at)
           values (@run, @runName, @input, @output, @options, @trial, 'running', @createdAt)`,
      )
      .run({
        ...batch,
        options: JSON.stringify(batch.options),
        trial: batch.trial ? 1 : 0,
        createdAt: new Date().toISOString(),
      });
    return batchById(store, Number(lastInsertRowid));
  });
}

export type BatchPatch = Partial<Pick<BatchRow, 'trial' | 'state' | 'error' | 'endedAt'>>;

export function patchBatch(store: Store, id: number, patch: BatchPatch): BatchRow {
  return store.transaction(() => {
    const { trial, state, error, endedAt } = { ...batchById(store, id), ...patch };
    store
      .sql('update batch set trial = ?, state = ?, error = ?, ended_at = ? where id = ?')
      .run(trial ? 1 : 0, state, error, endedAt, id);
    return batchById(store, id);
  });
}

/** Takes it out of the list; what it has written stays where it is. */
export const removeBatch = (store: Store, id: number): void =>
  void store.transaction(() => store.sql('delete from batch where id = ?').run(id));

/** All files of a batch anew, in their order. */
export function setBatchFiles(store: Store, id: number, files: readonly Omit<BatchFile, 'place'>[]): void {
  store.transaction(() => {
    store.sql('delete from batch_file where batch_id = ?').run(id);
    for (const [place, file] of files.entries()) insertFile(store, id, { ...file, place });
  });
}

/** One more, after those that are there. */
export const addBatchFile = (store: Store, id: number, file: BatchFile): void =>
  store.transaction(() => insertFile(store, id, file));

function insertFile(store: Store, id: number, file: BatchFile): void {
  store
    .sql(
      `insert into batch_file (batch_id, place, path, input, masks, state, sha256, error, warnings, seconds)
         values (@id, @place, @path, @input, @masks, @state, @sha256, @error, @warnings, @seconds)`,
    )
    .run({ ...file, id, masks: JSON.stringify(file.masks), warnings: JSON.stringify(file.warnings) });
}

export function setBatchFile(store: Store, id: number, file: Omit<BatchFile, 'path' | 'input'>): void {
  store.transaction(() =>
    store
      .sql(
        `update batch_file set masks = @masks, state = @state, sha256 = @sha256, error = @error, warnings = @warnings,
           seconds = @seconds where batch_id = @id and place = @place`,
      )
      .run({ ...file, id, masks: JSON.stringify(file.masks), warnings: JSON.stringify(file.warnings) }),
  );
}

export const batchCounts = (store: Store, id: number): BatchCounts =>
  store
    .sql<BatchCounts>(
      `select count(*) as total, coalesce(sum(state = 'done'), 0) as done, coalesce(sum(state = 'failed'), 0) as failed
         from batch_file where batch_id = ?`,
    )
    .get(id)!;

type StoredFile = Omit<BatchFile, 'masks' | 'warnings'> & { masks: string; warnings: string };

/** `count` files from the `first`th (from 0) of those in a state; null: of all. */
export function batchFiles(
  store: Store,
  id: number,
  { state, first, count }: { state: BatchFileState | null; first: number; count: number },
): { total: number; files: BatchFile[] } {
  const where = `batch_id = @id and (@state is null or state = @state)`;
  const total = store
    .sql<{ total: number }>(`select count(*) as total from batch_file where ${where}`)
    .get({ id, state })!.total;
  const files = store
    .sql<StoredFile>(
      `select place, path, input, masks, state, sha256, error, warnings, seconds from batch_file
         where ${where} order by place limit @count offset @first`,
    )
    .all({ id, state, first, count });
  return {
    total,
    files: files.map((file) => ({
      ...file,
      masks: JSON.parse(file.masks) as string[],
      warnings: JSON.parse(file.warnings) as string[],
    })),
  };
}

/** @throws AppError('not-found') */
export function batchFile(store: Store, id: number, place: number): BatchFile {
  const [file] = batchFiles(store, id, { state: null, first: place, count: 1 }).files;
  if (!file) throw new AppError('not-found', 'There is no such file in this batch.');
  return file;
}

/** How many images differ in what way from those the model was trained on, or were not done in full: a sentence each, the most frequent first. */
export const batchWarnings = (store: Store, id: number): string[] =>
  store
    .sql<{ text: string; images: number }>(
      `select warning.value as text, count(*) as images from batch_file, json_each(batch_file.warnings) as warning
         where batch_id = ? group by warning.value order by images desc, text limit 5`,
    )
    .all(id)
    .map(({ text, images }) =>
      warningSentence(text, `${images} ${images === 1 ? 'image' : 'images'}`, images > 1),
    );
