import { describe, expect, test } from 'vitest';
import { assignValidation, splitProject } from '../../src-main/core/splits.js';
import { addImage, listImages, setSplit } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { someImage } from '../store/temporary-store.js';
import { temporaryProject } from './temporary-project.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

/** Images in the given groups, all labelled but the last `unlabelled`. */
function projectOf(groups: string[], unlabelled = 0) {
  const { project } = temporaryProject(['cell']);
  for (const [n, group] of groups.entries()) {
    const id = addImage(project.store, someImage(`${n}.png`, { group, page: n, width: 4, height: 4 }));
    const data = new Uint8Array(16).fill(1);
    if (n < groups.length - unlabelled) saveMask(project.store, id, { width: 4, height: 4, data });
  }
  return project;
}

const each = (count: number) => Array.from({ length: count }, (_, n) => `group ${n}`);

describe('dividing a project', () => {
  test('gives the shares that were asked for, labelled and unlabelled alike', () => {
    const project = projectOf(each(50), 20);
    expect(splitProject(project, { val: 0.2, test: 0.1 })).toEqual({ train: 35, val: 10, test: 5 });
    const unlabelled = listImages(project.store).slice(30);
    expect(unlabelled.filter((image) => image.split === 'val')).toHaveLength(4);
  });

  test('is the same for the same seed and another for another', () => {
    const project = projectOf(each(20));
    const splits = () => listImages(project.store).map((image) => image.split);
    splitProject(project, { seed: 5 });
    const first = splits();
    splitProject(project, { seed: 6 });
    expect(splits()).not.toEqual(first);
    splitProject(project, { seed: 5 });
    expect(splits()).toEqual(first);
  });

  test('never tears a group apart', () => {
    const project = projectOf(each(30).map((_, n) => `stack ${n % 6}`));
    splitProject(project, { val: 0.3, test: 0.2 });
    const groups = Map.groupBy(listImages(project.store), (image) => image.group);
    for (const members of groups.values()) expect(new Set(members.map((image) => image.split)).size).toBe(1);
  });

  test('leaves test images alone unless a new test share is asked for', () => {
    const project = projectOf(each(10));
    setSplit(project.store, [1, 2, 3], 'test');
    expect(splitProject(project, { val: 0.3 })).toEqual({ train: 5, val: 2, test: 3 });
    expect(
      listImages(project.store)
        .slice(0, 3)
        .map((image) => image.split),
    ).toEqual(['test', 'test', 'test']);
    expect(splitProject(project, { val: 0.3, test: 0.1 })).toEqual({ train: 6, val: 3, test: 1 });
  });

  test('of a single group needs --by image', () => {
    const project = projectOf(Array<string>(5).fill('stack'));
    expect(() => splitProject(project)).toThrow(withCode('usage'));
    expect(splitProject(project, { by: 'image' })).toEqual({ train: 4, val: 1, test: 0 });
  });

  test.each([{ val: 0.6, test: 0.4 }, { val: -0.1 }, { val: 1 }, { test: NaN }])('refuses %j', (shares) => {
    expect(() => splitProject(projectOf(each(4)), shares)).toThrow(withCode('usage'));
  });
});

describe('images that look alike', () => {
  const alike = [
    [1, 2],
    [3, 4],
    [2, 3],
  ];

  test('stay together with all that they are chained to', () => {
    for (let seed = 0; seed < 10; seed++) {
      const project = projectOf(each(10));
      splitProject(project, { val: 0.4, seed, alike });
      const sides = listImages(project.store)
        .filter(({ id }) => id <= 4)
        .map(({ split }) => split);
      expect(new Set(sides).size).toBe(1);
    }
  });

  test('one after the other, all of them, cannot be divided unless it is asked for', () => {
    const project = projectOf(each(4));
    expect(() => splitProject(project, { alike })).toThrow(
      /All 4 images look nearly the same.*--no-keep-duplicates-together/,
    );
    expect(splitProject(project)).toEqual({ train: 3, val: 1, test: 0 });
  });

  test('are held out together, and said to be alike where all are', () => {
    const held = assignValidation(projectOf(each(6)), { share: 0.3, alike: [[1, 2, 3]] })!;
    const together = held.images.filter(({ id }) => id <= 3).length;
    expect([0, 3]).toContain(together);
    expect(assignValidation(projectOf(each(4)), { alike })?.by).toBe('alike');
  });
});

describe('holding images out for training', () => {
  test('takes a share of the labelled training images, and the same ones each time', () => {
    const names = () => {
      const project = projectOf(each(20), 5);
      setSplit(project.store, [1, 2, 3], 'test');
      const held = assignValidation(project, { share: 0.25, seed: 3 })!;
      expect(held.by).toBe('group');
      expect(listImages(project.store).filter((image) => image.split === 'val')).toHaveLength(3);
      return held.images.map((image) => image.id);
    };
    const held = names();
    expect(held).toHaveLength(3);
    expect(held.every((id) => id > 3 && id <= 15)).toBe(true);
    expect(names()).toEqual(held);
  });

  test('takes one of two', () => {
    expect(assignValidation(projectOf(each(2)))?.images).toHaveLength(1);
  });

  test('does nothing where some are held out already or only one is labelled', () => {
    const project = projectOf(each(4));
    setSplit(project.store, [2], 'val');
    expect(assignValidation(project)).toBeNull();
    expect(assignValidation(projectOf(each(3), 2))).toBeNull();
  });

  test('takes the end of a stack when there is only that', () => {
    const held = assignValidation(projectOf(Array<string>(10).fill('stack')));
    expect(held?.by).toBe('stack');
    expect(held?.images.map((image) => image.page)).toEqual([8, 9]);
  });
});
