/** The one row that says what the project is called. */
import type { Store } from './open.js';

export interface ProjectRow {
  name: string;
  /** ISO 8601. */
  createdAt: string;
}

export const writeProjectRow = (store: Store, row: ProjectRow): void =>
  void store.sql('insert into project (id, name, created_at) values (1, @name, @createdAt)').run(row);

export const readProjectRow = (store: Store): ProjectRow | null =>
  store.sql<ProjectRow>('select name, created_at as createdAt from project').get() ?? null;
