/** A temporary folder that all tests of a file share; it goes away after the last one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Called at the top of a test file. */
export function suiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brushfield-suite-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
