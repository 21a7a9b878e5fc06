/** Tools that work on whole regions, and keys pressed faster than the disk answers: what is stored, byte for byte. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageIds } from '../../src-main/store/image-list.js';
import { openStore } from '../../src-main/store/open.js';
import type { Point } from './painting/expected-labels.js';
import { fillHoles, growOverVoid, removeSpecks, shrink, smooth } from './painting/expected-regions.js';
import { HOSTS } from './painting/host-windows.js';
import { PaintingSession } from './painting/painting-session.js';
import { command } from './painting/project-steps.js';

/** Of the wand as the window starts: share of the display window's range, and px of dragging for all of it. */
const TOLERANCE = 0.1;
const DRAG_FOR_ALL = 400;

for (const host of HOSTS)
  host.describe(`regions in ${host.name}`, () => {
    let session: PaintingSession;
    /** Of the display window: black and white. */
    let range: number;

    const press = (...keys: string[]) => session.press(...keys);
    const at = (x: number, y: number) => session.canvas.at(x, y);
    const brightness = ({ x, y }: Point) =>
      session.pixels.data[Math.floor(y) * session.pixels.width + Math.floor(x)]!;
    const alike = (seed: Point, tolerance: number) => (i: number) =>
      Math.abs(session.pixels.data[i]! - brightness(seed)) <= tolerance * range;
    /** Sideways from a seed by about so many px of the screen, so that no whole difference of brightness is at the limit. */
    const sideways = (seed: { screen: Point }, about: number) => {
      const between = (dx: number) => {
        const limit = (TOLERANCE + dx / DRAG_FOR_ALL) * range;
        return limit - Math.floor(limit) > 0.2 && limit - Math.floor(limit) < 0.8;
      };
      const dx = [0, 1, 2, 3, 4, 5].map((more) => about + more).find(between)!;
      const { x, y } = seed.screen;
      const way = [x, x + dx / 2, x + dx].map((to) => ({ screen: { x: Math.round(to), y } }));
      return { way, tolerance: TOLERANCE + dx / DRAG_FOR_ALL };
    };
    const diameter = async (px: number) => {
      await press('b');
      const field = session.page.getByRole('spinbutton', { name: 'Diameter, px' });
      await field.fill(String(px));
      await field.press('Enter');
      await session.focus();
    };
    /** The panel of changes of the class. */
    const panel = () => session.page.locator('details', { hasText: 'Change the class in this image' });

    beforeAll(async () => {
      session = await PaintingSession.start(host);
    });
    afterAll(() => session?.close());

    test('a polygon is closed by a click on its first corner', async () => {
      await session.makeProject();
      const ends = await session.page.locator('.ends output').allInnerTexts();
      range = Number(ends[1]) - Number(ends[0]);
      await session.focus();
      await press('1', 'p');
      const corners = [at(20, 20), at(90, 28), at(72, 81), at(31, 60)];
      const first = corners[0]!.screen;
      await session.edit(
        async () => {
          for (const corner of corners) await session.canvas.click(corner);
          await session.canvas.click({ screen: { x: first.x + 3, y: first.y - 2 } });
        },
        (labels) => labels.polygon(corners, 1),
      );
    });

    test('the wand takes more when it is dragged right and less when left; Alt takes away', async () => {
      await press('2', 'w');
      const seed = at(180, 60);
      const more = sideways(seed, 40);
      await session.edit(
        () => session.canvas.drag(more.way),
        (labels) => labels.flood(seed, alike(seed, more.tolerance), 2),
      );
      const less = sideways(seed, -28);
      await session.page.keyboard.down('Alt');
      await session.edit(
        () => session.canvas.drag(less.way),
        (labels) => {
          const before = labels.data.slice();
          const taken = labels.copy();
          taken.data.fill(0);
          taken.flood(seed, alike(seed, less.tolerance), 1);
          labels.paint(0, (_x, _y, i) => before[i] === 2 && taken.data[i] === 1);
        },
      );
      await session.page.keyboard.up('Alt');
      const together = session.page.getByLabel('Only what hangs together');
      await together.uncheck();
      await session.focus();
      await session.edit(
        () => session.canvas.drag(less.way),
        (labels) => labels.paint(2, (_x, _y, i) => alike(seed, less.tolerance)(i)),
      );
      await together.check();
      await session.focus();
    });

    test('holes are filled, with other labels in them unless these are protected', async () => {
      await command(session.page, 'Clear the class on this image');
      session.expected.paint(0, (_x, _y, i) => session.expected.data[i] === 2);
      session.states.push(session.expected.data.slice());
      await expect.poll(session.stored).toEqual(session.expected.data);
      await diameter(7);
      await press('2');
      const ring = (x: number, y: number) =>
        Array.from({ length: 25 }, (_, i) =>
          at(x + 22 * Math.cos((i * Math.PI) / 12), y + 22 * Math.sin((i * Math.PI) / 12)),
        );
      for (const round of [ring(60, 160), ring(140, 160)])
        await session.edit(
          () => session.canvas.drag(round),
          (labels) => labels.stroke(round, 3.5, 2),
        );
      await press('1');
      for (const dot of [at(60, 160), at(140, 160)])
        await session.edit(
          () => session.canvas.click(dot),
          (labels) => labels.stroke([dot], 3.5, 1),
        );
      await press('2', 'o');
      await session.edit(
        () => command(session.page, 'Fill holes of the class'),
        (labels) => fillHoles(labels, 2, [0]),
      );
      await press('o');
      await panel().locator('summary').click();
      await session.edit(
        () => panel().getByRole('button', { name: 'Fill holes' }).click(),
        (labels) => fillHoles(labels, 2),
      );
      await session.focus();
    });

    test('a class grows over void, or over all, and shrinks, by the radius of the panel', async () => {
      await panel().getByLabel('By a radius of').fill('5');
      await session.focus();
      await press('o');
      await session.edit(
        () => command(session.page, 'Grow the class'),
        (labels) => growOverVoid(labels, 2, 5),
      );
      await press('o', '1');
      await session.edit(
        () => panel().getByRole('button', { name: 'Grow', exact: true }).click(),
        (labels) => labels.grow(1, 5),
      );
      await panel().getByLabel('By a radius of').fill('3');
      await session.focus();
      await press('2');
      await session.edit(
        () => command(session.page, 'Shrink the class'),
        (labels) => shrink(labels, 2, 3),
      );
    });

    test('specks are removed, by the size of the panel; borders are smoothed', async () => {
      await diameter(3);
      await press('1');
      // Two that touch at a corner are one part.
      const specks = [at(200, 150), at(203, 153), at(215, 190)];
      for (const speck of specks)
        await session.edit(
          () => session.canvas.click(speck),
          (labels) => labels.stroke([speck], 1.5, 1),
        );
      const streak = [at(190, 205), at(225, 226)];
      await session.edit(
        () => session.canvas.drag(streak),
        (labels) => labels.stroke(streak, 1.5, 1),
      );
      await session.edit(
        () => command(session.page, 'Smooth borders'),
        (labels) => smooth(labels, 3),
      );
      await press('Control+z');
      await expect.poll(session.stored).toEqual(session.states.at(-2));
      session.states.pop();
      session.expected.data = session.states.at(-1)!.slice();
      await panel().getByLabel('Specks have fewer than').fill('12');
      await session.focus();
      await session.edit(
        () => command(session.page, 'Remove specks of the class'),
        (labels) => removeSpecks(labels, 1, 12),
      );
    });

    test('a class is replaced: by the one chosen before it, or by one of the list', async () => {
      await press('2', '1');
      await session.edit(
        () => command(session.page, 'Replace the class by another'),
        (labels) => labels.paint(2, (_x, _y, i) => labels.data[i] === 1),
      );
      await press('2');
      await session.edit(
        async () => void (await panel().getByLabel('Replace by…').selectOption('ground')),
        (labels) => labels.paint(1, (_x, _y, i) => labels.data[i] === 2),
      );
      await session.focus();
    });

    test('every press of undo and redo counts, however fast they follow each other', async () => {
      const { states } = session;
      const last = states.length - 1;
      /** All in one task of the page: nothing can be answered in between. */
      const atOnce = (ways: string) =>
        session.page.evaluate(`for (const way of ${JSON.stringify(ways)})
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {
            key: way === 'r' ? 'Z' : 'z', code: 'KeyZ', ctrlKey: true, shiftKey: way === 'r',
            bubbles: true, cancelable: true,
          }))`);
      /** Number of the state that is stored; -1: none of them. */
      const stored = () => {
        const labels = session.stored();
        return states.findIndex((state) => Buffer.compare(state, labels) === 0);
      };
      // Of redo there is nothing at first, and of undo nothing in the middle.
      await atOnce('ur');
      await atOnce('uuurrrurur');
      await atOnce('uuurr');
      await expect.poll(stored).toBe(last - 1);
      await atOnce('u'.repeat(last - 1) + 'ru' + 'r'.repeat(last - 2));
      await expect.poll(stored).toBe(last - 2);
      // What is changed while they are on their way is changed after them.
      await atOnce('rru');
      await command(session.page, 'Grow the class');
      session.expected.data = states[last - 1]!.slice();
      session.expected.grow(2, 3);
      states[last] = session.expected.data.slice();
      await expect.poll(stored).toBe(last);
      await session.canvas.saved();
      // Of the project, and of the image before it.
      await command(session.page, 'Mark as done');
      await session.focus();
      await atOnce('uruu');
      await expect.poll(stored).toBe(last - 1);
      await session.canvas.saved();
      expect(done(session.project)).toBe(0);
      // A stroke after a change of the project is what undo takes back first.
      await command(session.page, 'Mark as done');
      await expect.poll(() => done(session.project)).toBe(1);
      await session.focus();
      await press('b');
      await session.canvas.click(at(250, 250));
      await expect.poll(stored).toBe(-1);
      await atOnce('u');
      await expect.poll(stored).toBe(last - 1);
      await session.canvas.saved();
      expect(done(session.project)).toBe(1);
    });

    test('all of it is there when the window is opened again, and no error was seen', async () => {
      await session.reopen();
      expect(session.stored()).toEqual(session.states.at(-2));
      expect(session.problems).toEqual([]);
    });
  });

/** How many images are marked as done. */
function done(project: string): number {
  const store = openStore(project, { access: 'read' });
  try {
    return imageIds(store, { filter: { status: 'done' } }).length;
  } finally {
    store.close();
  }
}
