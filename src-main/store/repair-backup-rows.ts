/** Rows that a damaged database no longer gives, taken from a backup by their ids. */
import SqliteDatabase, { type Database } from 'better-sqlite3';

export interface BorrowedRows {
  table: string;
  /** Whose they are, where they are labels: an image's name. */
  image: string | null;
  rows: number;
}

/** Row ids of which nobody knows what they held. */
export interface UnreadIds {
  ids: readonly number[];
  /** All larger ones, too; null when the end of the table could be read. */
  after: number | null;
}

/**
 * Inserts what the backup has under these row ids and the target lacks. Ids of images, layers and runs are never used
 * again, so that an id means the same in both.
 */
export function rowsFromBackup(
  to: Database,
  backup: string,
  table: string,
  { ids, after }: UnreadIds,
): BorrowedRows[] {
  const columns = (to.pragma(`table_info('${table}')`) as { name: string }[]).map(({ name }) => `"${name}"`);
  const layer = columns.indexOf('"layer_id"');
  const counts = new Map<string | null, number>();
  let from: Database | null = null;
  try {
    from = new SqliteDatabase(backup, { readonly: true, fileMustExist: true });
    const read = from.prepare(`select ${columns.join(', ')} from "${table}" where rowid = ?`).raw();
    const rowid = ['tile', 'edit_tile', 'model_tile'].includes(table) ? '' : 'rowid, ';
    const insert = to.prepare(
      `insert or ignore into "${table}" (${rowid}${columns.join(', ')}) values (${rowid && '?, '}${columns.map(() => '?').join(', ')})`,
    );
    const imageOf = from
      .prepare('select name from image join layer on image_id = image.id where layer.id = ?')
      .pluck();
    const rest =
      after === null
        ? []
        : (from.prepare(`select rowid from "${table}" where rowid > ?`).pluck().all(after) as number[]);
    to.transaction(() => {
      for (const id of [...ids, ...rest]) {
        const row = read.get(id) as unknown[] | undefined;
        if (!row || insert.run(...(rowid ? [id, ...row] : row)).changes === 0) continue;
        const image = layer < 0 ? null : ((imageOf.get(row[layer]) as string | undefined) ?? null);
        counts.set(image, (counts.get(image) ?? 0) + 1);
      }
    })();
  } catch (error) {
    // A backup of an older schema, or one that is damaged itself, has nothing to give.
    if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
    return [];
  } finally {
    from?.close();
  }
  return [...counts].map(([image, rows]) => ({ table, image, rows }));
}
