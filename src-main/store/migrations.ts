/** The steps that bring a project's file to the schema of this version, in order, for ever appended to. */
import type { Database } from 'better-sqlite3';
import { sql as project } from './migrations/001-project.js';
import { sql as editing } from './migrations/002-editing.js';
import { sql as imageHash } from './migrations/003-image-hash.js';
import { sql as longerImageHash } from './migrations/004-longer-image-hash.js';
import { sql as trainScores } from './migrations/005-train-scores.js';
import { sql as modelPixels } from './migrations/006-model-pixels.js';
import { sql as batches } from './migrations/007-batches.js';

/** Step n (from 1) takes a file of schema version n − 1 to n. */
export const MIGRATIONS: readonly string[] = [
  project,
  editing,
  imageHash,
  longerImageHash,
  trainScores,
  modelPixels,
  batches,
];

/** Runs the steps that are missing, each in a transaction of its own that also records its number. */
export function migrate(database: Database, steps: readonly string[]): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  // A step that rebuilds a table drops the old one, which would take all rows that refer to it along.
  database.pragma('foreign_keys = off');
  for (let step = version; step < steps.length; step++)
    database
      .transaction(() => {
        database.exec(steps[step]!);
        database.pragma(`user_version = ${step + 1}`);
      })
      .immediate();
  database.pragma('foreign_keys = on');
}
