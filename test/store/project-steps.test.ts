import { describe, expect, test } from 'vitest';
import { history } from '../../src-main/store/edits.js';
import { imageIds, imagePage } from '../../src-main/store/image-list.js';
import { addImage, listImages } from '../../src-main/store/images.js';
import { journalSize, setJournalBudget, trimJournal } from '../../src-main/store/journal-budget.js';
import { encodeMask, labelCounts, loadMask } from '../../src-main/store/masks.js';
import { projectHistory, redoProject, undoProject } from '../../src-main/store/project-history.js';
import {
  changeGroup,
  changeNote,
  changeSplits,
  importLabels,
  markDone,
  removeImages,
} from '../../src-main/store/project-steps.js';
import { flat, names, paintAll, pixels, project, striped, withCode } from './labelled-project.js';
import { someImage } from './temporary-store.js';

describe('splits, groups, notes and marks', () => {
  test('go back and forth in their order', () => {
    const { store, ids } = project();
    expect(
      changeSplits(
        store,
        [
          [ids[0]!, 'val'],
          [ids[1]!, 'val'],
        ],
        'Validation',
      ),
    ).toBe(2);
    changeGroup(store, [ids[2]!], 'plate 1', 'Group');
    changeNote(store, ids[0]!, { note: 'Out of focus', acquisition: '20×' }, 'Note');
    markDone(store, [ids[1]!], '2026-11-22T20:00:00.000Z', 'Done');
    const shown = () =>
      imagePage(store, ids).map(({ split, group, note, acquisition, status }) => ({
        split,
        group,
        note,
        acquisition,
        status,
      }));
    const after = shown();
    expect(after[0]).toEqual({
      split: 'val',
      group: 'a.png',
      note: 'Out of focus',
      acquisition: '20×',
      status: 'empty',
    });
    expect(after[1]!.status).toBe('done');
    expect(imageIds(store, { filter: { search: 'FOCUS' } })).toEqual([ids[0]]);
    expect([1, 2, 3, 4].map(() => undoProject(store)?.title)).toEqual([
      'Done',
      'Note',
      'Group',
      'Validation',
    ]);
    expect(undoProject(store)).toBeNull();
    expect(shown()).toEqual(
      ['a.png', 'b.png', 'c.png'].map((group) => ({
        split: null,
        group,
        note: '',
        acquisition: '',
        status: 'empty',
      })),
    );
    expect(imageIds(store, { filter: { search: 'focus' } })).toEqual([]);
    expect([1, 2, 3, 4].map(() => redoProject(store)?.kind)).toEqual(['split', 'group', 'note', 'done']);
    expect(shown()).toEqual(after);
    expect(projectHistory(store)).toEqual({ undo: 'Done', redo: null });
  });

  test('that change nothing are no step; a new step ends redo', () => {
    const { store, ids } = project();
    expect(changeSplits(store, [[ids[0]!, null]], 'Nothing')).toBe(0);
    expect(projectHistory(store)).toEqual({ undo: null, redo: null });
    changeSplits(store, [[ids[0]!, 'test']], 'One');
    undoProject(store);
    changeSplits(store, [[ids[1]!, 'test']], 'Two');
    expect(projectHistory(store)).toEqual({ undo: 'Two', redo: null });
  });

  test('leave what was changed by other means as it is', () => {
    const { store, ids } = project();
    changeSplits(
      store,
      [
        [ids[0]!, 'val'],
        [ids[1]!, 'val'],
      ],
      'Validation',
    );
    store.sql(`update image set split = 'test' where id = ?`).run(ids[0]);
    undoProject(store);
    expect(listImages(store).map(({ split }) => split)).toEqual(['test', null, null]);
  });
});

describe('removed images', () => {
  test('are nowhere to be seen, and come back with labels and history', () => {
    const { store, ids } = project();
    paintAll(store, ids[0]!, 2);
    expect(removeImages(store, [ids[0]!, ids[2]!, 999], 'Remove 2 images')).toBe(2);
    expect(listImages(store).map(({ id }) => id)).toEqual([ids[1]]);
    expect(imageIds(store)).toEqual([ids[1]]);
    expect(imagePage(store, ids).map(({ id }) => id)).toEqual([ids[1]]);
    expect(labelCounts(store).size).toBe(0);
    expect(() => loadMask(store, ids[0]!)).toThrow(withCode('not-found'));
    expect(undoProject(store)).toEqual({
      title: 'Remove 2 images',
      kind: 'remove-images',
      imageIds: [ids[0], ids[2]],
    });
    expect(pixels(store, ids[0]!)).toEqual(flat(2).data);
    expect(history(store, ids[0]!).undo).toBe('Fill with 2');
    redoProject(store);
    expect(listImages(store)).toHaveLength(1);
  });

  test('leave name and content free, and do not come back beside a new one', () => {
    const { store, ids } = project();
    removeImages(store, [ids[0]!], 'Remove');
    const again = addImage(store, someImage('a.png'));
    expect(again).toBeGreaterThan(ids[2]!);
    expect(() => undoProject(store)).toThrow(withCode('exists'));
    expect(listImages(store)).toHaveLength(3);
  });

  test('are gone for good only when their step is forgotten', () => {
    const { store, ids } = project();
    paintAll(store, ids[0]!, 2);
    removeImages(store, [ids[0]!], 'Remove');
    setJournalBudget(store, 0);
    trimJournal(store);
    expect(store.sql('select count(*) as n from image').get()).toEqual({ n: 3 });
    changeSplits(store, [[ids[1]!, 'val']], 'Validation');
    trimJournal(store);
    expect(store.sql('select count(*) as n from image').get()).toEqual({ n: 2 });
    expect(store.sql('select count(*) as n from tile').get()).toEqual({ n: 0 });
  });
});

describe('imported labels', () => {
  test('are one step with the classes they bring', () => {
    const { store, ids } = project();
    paintAll(store, ids[0]!, 1);
    importLabels(store, {
      masks: [
        { imageId: ids[0]!, mask: encodeMask(striped(4, 0)) },
        { imageId: ids[1]!, mask: encodeMask(flat(2)) },
      ],
      newClasses: [{ name: 'mitosis', color: '#ff0000' }],
      title: 'Import 2 label files',
    });
    expect(names(store)).toHaveLength(4);
    expect(undoProject(store)).toMatchObject({ kind: 'import-labels', imageIds: [ids[0], ids[1]] });
    expect(names(store)).toHaveLength(3);
    expect(pixels(store, ids[0]!)).toEqual(flat(1).data);
    expect(pixels(store, ids[1]!)).toEqual(flat(0).data);
    redoProject(store);
    expect(pixels(store, ids[0]!)).toEqual(striped(4, 0).data);
  });

  test('with a value that no class has are refused whole', () => {
    const { store, ids } = project();
    const masks = [
      { imageId: ids[0]!, mask: encodeMask(flat(1)) },
      { imageId: ids[1]!, mask: encodeMask(flat(9)) },
    ];
    expect(() => importLabels(store, { masks, title: 'Import' })).toThrow(withCode('bad-labels'));
    expect(loadMask(store, ids[0]!)).toBeNull();
    expect(projectHistory(store).undo).toBeNull();
  });

  test('a forgotten step goes with all its parts', () => {
    const { store, ids } = project();
    importLabels(store, {
      masks: ids.map((imageId) => ({ imageId, mask: encodeMask(flat(2)) })),
      title: 'Import',
    });
    changeSplits(store, [[ids[0]!, 'val']], 'Split');
    setJournalBudget(store, 0);
    trimJournal(store);
    expect(store.sql('select title from project_edit').all()).toEqual([{ title: 'Split' }]);
    expect(store.sql('select count(*) as n from edit').get()).toEqual({ n: 0 });
    expect(pixels(store, ids[0]!)).toEqual(flat(2).data);
    expect(journalSize(store).bytes).toBeGreaterThan(0);
  });
});
