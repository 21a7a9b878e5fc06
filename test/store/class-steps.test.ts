import { describe, expect, test } from 'vitest';
import { addClassStep, changeClass, orderClasses, removeClass } from '../../src-main/store/class-steps.js';
import { listClasses } from '../../src-main/store/classes.js';
import { history, redo, undo } from '../../src-main/store/edits.js';
import { labelCounts, saveMask } from '../../src-main/store/masks.js';
import { projectHistory, redoProject, undoProject } from '../../src-main/store/project-history.js';
import { flat, names, paintAll, pixels, project, striped, withCode } from './labelled-project.js';

describe('classes', () => {
  test('are added, renamed and coloured back and forth', () => {
    const { store } = project();
    addClassStep(store, { name: 'mitosis' }, 'Add class');
    changeClass(store, 4, { name: 'dividing', color: '#123456' }, 'Change class');
    expect(() => changeClass(store, 4, { name: 'cell' }, 'x')).toThrow(withCode('exists'));
    expect(listClasses(store)[3]).toEqual({ value: 4, name: 'dividing', color: '#123456' });
    undoProject(store);
    expect(names(store)).toEqual(['background', 'cell', 'nucleus', 'mitosis']);
    undoProject(store);
    expect(names(store)).toEqual(['background', 'cell', 'nucleus']);
    redoProject(store);
    redoProject(store);
    expect(listClasses(store)[3]).toEqual({ value: 4, name: 'dividing', color: '#123456' });
  });

  test('that were painted with are not undone away, not even out of a history', () => {
    const { store, ids } = project();
    addClassStep(store, { name: 'mitosis' }, 'Add class');
    paintAll(store, ids[0]!, 4);
    expect(() => undoProject(store)).toThrow(withCode('changed'));
    undo(store, ids[0]!);
    expect(() => undoProject(store)).toThrow(withCode('changed'));
    paintAll(store, ids[0]!, 1);
    undoProject(store);
    expect(names(store)).toHaveLength(3);
  });

  test.each([
    [0, 0],
    [3, 2],
    [1, 1],
  ])('are removed and replaced by value %d, which then is %d', async (replaceBy, now) => {
    const { store, ids } = project();
    const map = striped(1, 2, 3, 0, 2);
    saveMask(store, ids[0]!, map);
    paintAll(store, ids[1]!, 3);
    const progress: number[] = [];
    await removeClass(store, { value: 2, replaceBy }, 'Remove cell', {
      onEvent: ({ done }) => progress.push(done),
    });
    expect(names(store)).toEqual(['background', 'nucleus']);
    expect(progress.at(-1)).toBe(4);
    expect(pixels(store, ids[0]!)).toEqual(striped(1, now, 2, 0, now).data);
    expect(pixels(store, ids[1]!)).toEqual(flat(2).data);
    const counted = labelCounts(store).get(ids[0]!)!;
    counted.forEach((n, value) =>
      expect(pixels(store, ids[0]!)!.filter((one) => one === value).length).toBe(n),
    );
    expect(undoProject(store)?.title).toBe('Remove cell');
    expect(pixels(store, ids[0]!)).toEqual(map.data);
    expect(pixels(store, ids[1]!)).toEqual(flat(3).data);
    expect(names(store)).toEqual(['background', 'cell', 'nucleus']);
    redoProject(store);
    expect(pixels(store, ids[0]!)).toEqual(striped(1, now, 2, 0, now).data);
  });

  test('change places and every pixel keeps its class', async () => {
    const { store, ids } = project();
    saveMask(store, ids[0]!, striped(1, 2, 3, 0));
    await orderClasses(store, [3, 1, 2], 'Order');
    expect(names(store)).toEqual(['nucleus', 'background', 'cell']);
    expect(pixels(store, ids[0]!)).toEqual(striped(2, 3, 1, 0).data);
    undoProject(store);
    expect(pixels(store, ids[0]!)).toEqual(striped(1, 2, 3, 0).data);
    await expect(orderClasses(store, [1, 2], 'Order')).rejects.toThrow(withCode('usage'));
    await expect(orderClasses(store, [1, 2, 2], 'Order')).rejects.toThrow(withCode('usage'));
  });

  test('that are removed end the images’ undo there, until the step itself is undone', async () => {
    const { store, ids } = project();
    paintAll(store, ids[0]!, 2);
    paintAll(store, ids[0]!, 1);
    await removeClass(store, { value: 2, replaceBy: 0 }, 'Remove cell');
    expect(history(store, ids[0]!)).toMatchObject({ undo: null, undoCount: 0, undoInProject: 'Remove cell' });
    expect(undo(store, ids[0]!)).toBeNull();
    paintAll(store, ids[0]!, 2);
    expect(() => undoProject(store)).toThrow(withCode('changed'));
    undo(store, ids[0]!);
    undoProject(store);
    expect(history(store, ids[0]!)).toMatchObject({
      undo: 'Fill with 1',
      undoCount: 2,
      redoInProject: 'Remove cell',
      redoCount: 0,
    });
    undo(store, ids[0]!);
    expect(pixels(store, ids[0]!)).toEqual(flat(2).data);
    expect(() => redoProject(store)).toThrow(withCode('changed'));
    redo(store, ids[0]!);
    redoProject(store);
    expect(redo(store, ids[0]!)?.title).toBe('Fill with 2');
    expect(pixels(store, ids[0]!)).toEqual(flat(2).data);
    expect(names(store)).toEqual(['background', 'nucleus']);
  });

  test('a stroke after the step was undone ends its redo everywhere', async () => {
    const { store, ids } = project();
    paintAll(store, ids[0]!, 3);
    paintAll(store, ids[1]!, 3);
    await removeClass(store, { value: 2, replaceBy: 0 }, 'Remove cell');
    paintAll(store, ids[1]!, 1);
    undo(store, ids[1]!);
    undoProject(store);
    paintAll(store, ids[0]!, 1);
    expect(projectHistory(store).redo).toBeNull();
    expect(history(store, ids[1]!)).toMatchObject({ undo: 'Fill with 3', redo: null, redoInProject: null });
  });

  test('stay as they were when removing is stopped', async () => {
    const { store, ids } = project();
    paintAll(store, ids[0]!, 3);
    const work = removeClass(store, { value: 1, replaceBy: 0 }, 'Remove', { signal: AbortSignal.abort() });
    await expect(work).rejects.toThrow(withCode('stopped'));
    expect(names(store)).toHaveLength(3);
    expect(pixels(store, ids[0]!)).toEqual(flat(3).data);
  });

  test('what is painted while a class is being removed is remapped as well', async () => {
    const { store, ids } = project();
    for (const id of ids) paintAll(store, id, 3);
    let painted = false;
    await removeClass(store, { value: 1, replaceBy: 0 }, 'Remove', {
      onEvent: () => {
        if (painted) return;
        painted = true;
        saveMask(store, ids[0]!, striped(1, 2, 3));
      },
    });
    expect(pixels(store, ids[0]!)).toEqual(striped(0, 1, 2).data);
    expect(pixels(store, ids[2]!)).toEqual(flat(2).data);
  });
});
