/** A project with labels, and ways to damage its file that hit a chosen table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { addImage } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { DATABASE_FILE, openStore, type Store } from '../../src-main/store/open.js';
import { randomFor } from '../../src-main/shared/random.js';
import { createProject } from '../../src-main/core/projects.js';
import { someImage, temporaryFolder } from '../store/temporary-store.js';

export const SIDE_PX = 1100;

/** Labels that do not compress away: every image has nine tiles of some kilobytes. */
export function noisyLabels(n: number): { width: number; height: number; data: Uint8Array } {
  const random = randomFor(n, 5);
  const data = Uint8Array.from({ length: SIDE_PX ** 2 }, (_, i) => (i % 7 === 0 ? random.integer(3) : 1));
  return { width: SIDE_PX, height: SIDE_PX, data };
}

/** `images` images with labels, closed. @returns the project's folder. */
export function labelledProject(images: number): string {
  const folder = join(temporaryFolder(), 'cells.brushfield');
  const project = createProject(folder, { classes: ['left', 'right'] });
  for (let n = 0; n < images; n++) addLabelledImage(project.store, n);
  project.close();
  return folder;
}

export function addLabelledImage(store: Store, n: number): number {
  const id = addImage(store, someImage(`image${n}.png`, { width: SIDE_PX, height: SIDE_PX }));
  saveMask(store, id, noisyLabels(n));
  return id;
}

/** Pages of a table or index, the root first. */
export function pagesOf(folder: string, name: string): number[] {
  const database = new SqliteDatabase(join(folder, DATABASE_FILE), { readonly: true });
  const pages = database.prepare('select pageno from dbstat where name = ? order by path').pluck().all(name);
  database.close();
  return pages as number[];
}

/** Overwrites whole pages, numbered from 1. */
export function wipePages(folder: string, pages: readonly number[]): void {
  const file = join(folder, DATABASE_FILE);
  const bytes = readFileSync(file);
  const pageSize = bytes.readUInt16BE(16);
  for (const page of pages) bytes.fill(0xa5, (page - 1) * pageSize, page * pageSize);
  writeFileSync(file, bytes);
}

export function cutOff(folder: string, keepShare: number): void {
  const file = join(folder, DATABASE_FILE);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * keepShare)));
}

/** Changes rows behind the store's back. */
export function tamper(folder: string, text: string): void {
  const database = new SqliteDatabase(join(folder, DATABASE_FILE));
  database.pragma('foreign_keys = off');
  database.exec(text);
  database.close();
}

export const reopen = (folder: string): Store => openStore(folder);
