/** Real microscopy for tests. It is no part of the repository; a clone without it skips these tests and says so. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'vitest';

const root = process.env['BRUSHFIELD_DATA'] ?? resolve(import.meta.dirname, '../../shared/data');

export const hasSharedData = existsSync(root);

/** Absolute path of a file or folder in the data folder. */
export const sharedData = (...path: string[]): string => resolve(root, ...path);

/** `describe` that is skipped, loudly, where the data folder is missing. */
export function describeWithData(name: string, body: () => void): void {
  if (hasSharedData) return void describe(name, body);
  process.stderr.write(`SKIPPED for want of the data folder (set BRUSHFIELD_DATA): ${name}\n`);
  describe.skip(name, body);
}
