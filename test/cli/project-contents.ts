/** What is on a disk, with projects by what they say: opening one to write counts up the epoch of its lease. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { contentsOf } from './built-cli.js';

/** As `contentsOf`, but each readable project file by the rows of all its tables except the lease. */
export function projectContentsOf(folder: string): Record<string, string> {
  const contents = contentsOf(folder);
  for (const path of Object.keys(contents))
    if (path.endsWith('project.sqlite')) contents[path] = rowsOf(join(folder, path)) ?? contents[path]!;
  return contents;
}

function rowsOf(file: string): string | null {
  try {
    const database = new SqliteDatabase(file, { readonly: true, fileMustExist: true });
    try {
      const tables = database
        .prepare(`select name from sqlite_master where type = 'table' and name <> 'lease' order by name`)
        .pluck()
        .all() as string[];
      const rows = tables.map((table) => database.prepare(`select * from "${table}"`).raw().all());
      return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    } finally {
      database.close();
    }
  } catch {
    // A damaged one is compared byte by byte.
    return null;
  }
}
