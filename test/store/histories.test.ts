import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { orderClasses, removeClass } from '../../src-main/store/class-steps.js';
import { history, redo, saveTiles, undo } from '../../src-main/store/edits.js';
import { addImage } from '../../src-main/store/images.js';
import { journalSize } from '../../src-main/store/journal-budget.js';
import { loadMask } from '../../src-main/store/masks.js';
import { projectHistory, redoProject, undoProject } from '../../src-main/store/project-history.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { someImage, temporaryStore } from './temporary-store.js';

const SIDE = 6;
type Pixels = number[];

/** A state of an image that the journal can bring back; `step`: with a step of the project only. */
interface Entry {
  pixels: Pixels;
  step: number | null;
}

interface ModelImage {
  past: Entry[];
  now: Pixels;
  future: Entry[];
}

interface ModelStep {
  id: number;
  /** The class list on its other side. */
  classes: string[];
}

/** Both histories in memory, by the rules in plain words. */
class Model {
  images: ModelImage[] = [0, 1].map(() => ({
    past: [],
    now: new Array<number>(SIDE * SIDE).fill(0),
    future: [],
  }));
  classes = ['one', 'two', 'three', 'four', 'five'];
  past: ModelStep[] = [];
  future: ModelStep[] = [];
  private nextStep = 1;

  /** A new edit ends redo, and the project's redo from the first step on that it cuts off. */
  edit(image: ModelImage, pixels: Pixels, step: number | null = null): void {
    const cut = image.future.find((entry) => entry.step !== null)?.step;
    if (cut !== null && cut !== undefined) this.forgetFrom(cut);
    image.past.push({ pixels: image.now, step });
    image.now = pixels;
    image.future = [];
  }

  /** @returns false when the next entry belongs to the project, or there is none. */
  move(image: ModelImage, back: boolean): boolean {
    const [from, to] = back ? [image.past, image.future] : [image.future, image.past];
    const entry = from.at(-1);
    if (!entry || entry.step !== null) return false;
    this.exchange(image, from, to);
    return true;
  }

  rearrange(table: number[], classes: string[]): void {
    if (this.future.length) this.forgetFrom(Math.min(...this.future.map(({ id }) => id)));
    const step = this.nextStep++;
    for (const image of this.images)
      if (image.now.some((value) => value !== 0) || image.past.length + image.future.length)
        this.edit(
          image,
          image.now.map((value) => table[value]!),
          step,
        );
    this.past.push({ id: step, classes: this.classes });
    this.classes = classes;
  }

  /** @returns whether it could be done; null: there is nothing. */
  moveProject(back: boolean): boolean | null {
    const [from, to] = back ? [this.past, this.future] : [this.future, this.past];
    const step = from.at(-1);
    if (!step) return null;
    const has = (entries: Entry[]) => entries.some((entry) => entry.step === step.id);
    const parts = this.images.filter(({ past, future }) => has(back ? past : future));
    if (parts.some(({ past, future }) => (back ? past : future).at(-1)!.step !== step.id)) return false;
    for (const image of parts)
      this.exchange(image, back ? image.past : image.future, back ? image.future : image.past);
    from.pop();
    to.push({ id: step.id, classes: this.classes });
    this.classes = step.classes;
    return true;
  }

  private exchange(image: ModelImage, from: Entry[], to: Entry[]): void {
    const entry = from.pop()!;
    to.push({ pixels: image.now, step: entry.step });
    image.now = entry.pixels;
  }

  /** Futures are stacks: what comes later lies deeper. */
  private forgetFrom(step: number): void {
    this.future = this.future.filter(({ id }) => id < step);
    for (const image of this.images) {
      const at = image.future.findLastIndex((entry) => entry.step !== null && entry.step >= step);
      image.future = image.future.slice(at + 1);
    }
  }
}

test('both histories together follow a model in memory through any order of actions', async () => {
  const image = fc.constantFrom(0, 1);
  const action = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('stroke' as const), image, at: fc.nat(35), value: fc.nat(5) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const), image }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('remove' as const), value: fc.integer({ min: 1, max: 5 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constantFrom('undoProject' as const, 'redoProject' as const) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      const store = temporaryStore();
      const model = new Model();
      for (const name of model.classes) addClass(store, name);
      const ids = ['a.png', 'b.png'].map((name) =>
        addImage(store, someImage(name, { width: SIDE, height: SIDE })),
      );
      for (const one of actions) {
        const count = model.classes.length;
        if (one.kind === 'stroke') {
          const target = model.images[one.image]!;
          const value = Math.min(one.value, count);
          const pixels = target.now.map((old, i) => (i === one.at || i === one.at - 1 ? value : old));
          const bytes = pixels.some((pixel) => pixel !== 0) ? packTile(Uint8Array.from(pixels)) : null;
          const tiles = [{ ty: 0, tx: 0, bytes }];
          const { editId } = saveTiles(store, {
            imageId: ids[one.image]!,
            title: 'Brush',
            author: 'person',
            tiles,
          });
          if (editId !== null) model.edit(target, pixels);
        } else if (one.kind === 'undo' || one.kind === 'redo') {
          const applied = (one.kind === 'undo' ? undo : redo)(store, ids[one.image]!);
          expect(applied !== null).toBe(model.move(model.images[one.image]!, one.kind === 'undo'));
        } else if (one.kind === 'remove') {
          if (one.value > count || count === 1) continue;
          await removeClass(store, { value: one.value, replaceBy: 0 }, 'Remove');
          const table = Array.from({ length: 6 }, (_, v) =>
            v === one.value ? 0 : v > one.value ? v - 1 : v,
          );
          model.rearrange(
            table,
            model.classes.filter((_, i) => i !== one.value - 1),
          );
        } else if (one.kind === 'turn') {
          if (count === 1) continue;
          await orderClasses(
            store,
            Array.from({ length: count }, (_, i) => ((i + 1) % count) + 1),
            'Turn',
          );
          const table = Array.from({ length: 6 }, (_, v) => (v === 0 ? 0 : v === 1 ? count : v - 1));
          model.rearrange(table, [...model.classes.slice(1), model.classes[0]!]);
        } else {
          const back = one.kind === 'undoProject';
          const move = back ? undoProject : redoProject;
          const possible = model.moveProject(back);
          if (possible === false)
            expect(() => move(store)).toThrow(expect.objectContaining({ code: 'changed' }) as Error);
          else expect(move(store) === null).toBe(possible === null);
        }
        expect(listClasses(store).map(({ name }) => name)).toEqual(model.classes);
        expect(projectHistory(store)).toEqual({
          undo: model.past.length ? expect.any(String) : null,
          redo: model.future.length ? expect.any(String) : null,
        });
        model.images.forEach(({ now, past, future }, i) => {
          expect(Array.from(loadMask(store, ids[i]!)?.data ?? new Uint8Array(SIDE * SIDE))).toEqual(now);
          const own = (entries: Entry[]) =>
            entries.length - 1 - entries.findLastIndex((entry) => entry.step !== null);
          expect(history(store, ids[i]!)).toMatchObject({ undoCount: own(past), redoCount: own(future) });
        });
      }
      const { total } = store
        .sql<{ total: number }>(
          'select (select coalesce(sum(bytes), 0) from edit) + (select coalesce(sum(bytes), 0) from project_edit) as total',
        )
        .get()!;
      expect(journalSize(store).bytes).toBe(total);
      store.close();
    }),
    { numRuns: process.env['BRUSHFIELD_HARD'] === '1' ? 500 : 25 },
  );
});
