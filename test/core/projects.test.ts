import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, openProject } from '../../src-main/core/projects.js';
import { listClasses } from '../../src-main/store/classes.js';
import { temporaryFolder } from '../store/temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

describe('a project', () => {
  test('is made with its classes and opened again', () => {
    const path = join(temporaryFolder(), 'cells.brushfield');
    createProject(path, { classes: ['membrane', ' cell '] }).close();
    const project = openProject(path);
    expect(project).toMatchObject({ folder: path, name: 'cells' });
    expect(listClasses(project.store).map((info) => info.name)).toEqual(['membrane', 'cell']);
    project.close();
  });

  test('is never made over something that is there', () => {
    const path = join(temporaryFolder(), 'cells.brushfield');
    mkdirSync(path);
    writeFileSync(join(path, 'notes.txt'), 'mine');
    expect(() => createProject(path)).toThrow(withCode('exists'));
    expect(readdirSync(path)).toEqual(['notes.txt']);
  });

  test('needs its ending, and the right name is suggested', () => {
    const folder = temporaryFolder();
    expect(() => createProject(join(folder, 'cells'))).toThrow('cells.brushfield');
    expect(() => createProject(join(folder, 'cells'))).toThrow(withCode('usage'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['an empty class name', ['cell', ' '], 'usage'],
    ['a class twice', ['cell', 'cell'], 'exists'],
    ['255 classes', Array.from({ length: 255 }, (_, n) => `c${n}`), 'usage'],
  ])('with %s is refused and leaves nothing behind', (_, classes, code) => {
    const path = join(temporaryFolder(), 'cells.brushfield');
    expect(() => createProject(path, { classes })).toThrow(withCode(code));
    expect(existsSync(path)).toBe(false);
  });

  test('in a folder that is not there is refused', () => {
    expect(() => createProject(join(temporaryFolder(), 'no', 'cells.brushfield'))).toThrow(
      withCode('not-found'),
    );
  });

  test('that is not there is an error with the likely name', () => {
    const folder = temporaryFolder();
    createProject(join(folder, 'cells.brushfield')).close();
    expect(() => openProject(join(folder, 'cells'))).toThrow('cells.brushfield"?');
    expect(() => openProject(join(folder, 'other.brushfield'))).toThrow(withCode('not-found'));
    expect(() => openProject(folder)).toThrow(withCode('not-found'));
  });
});
