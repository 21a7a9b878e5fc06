/** A real project database in a temporary folder that goes away with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { NewImage } from '../../src-main/store/images.js';
import { openStore, type Store } from '../../src-main/store/open.js';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brushfield-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryStore(): Store {
  const store = openStore(temporaryFolder(), { create: true });
  onTestFinished(() => store.close());
  return store;
}

/** A made-up image record; no file stands behind it. */
export const someImage = (name: string, changes: Partial<NewImage> = {}): NewImage => ({
  name,
  relativePath: `../${name}`,
  absolutePath: `/pictures/${name}`,
  page: 0,
  sha256: Buffer.from(name.padEnd(32, '-')).toString('hex').slice(0, 64),
  sizeBytes: 1000,
  modifiedMs: 1_700_000_000_000.25,
  width: 600,
  height: 520,
  channels: 1,
  alpha: false,
  type: 'uint8',
  pixelSizeUm: null,
  group: name,
  split: null,
  addedAt: '2026-11-22T18:57:00.000Z',
  ...changes,
});
