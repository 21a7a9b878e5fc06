/** The whole way by mouse and keyboard: project, images, classes, every tool, undo; then what is stored, byte for byte. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { otsuByTrying } from './painting/expected-labels.js';
import { HOSTS } from './painting/host-windows.js';
import { PaintingSession } from './painting/painting-session.js';
import { command } from './painting/project-steps.js';

/** Of the brush as the window starts. */
const RADIUS = 10;

for (const host of HOSTS)
  host.describe(`painting in ${host.name}`, () => {
    let session: PaintingSession;

    const press = (...keys: string[]) => session.press(...keys);
    const edit: PaintingSession['edit'] = (act, change) => session.edit(act, change);

    beforeAll(async () => {
      session = await PaintingSession.start(host);
    });
    afterAll(() => session?.close());

    test('a new project takes images and classes', async () => {
      await session.makeProject();
    });

    test('the brush paints discs and sweeps; Shift draws a line, Alt and the eraser make void', async () => {
      await press('b', '1');
      const dot = session.canvas.at(30, 30);
      await edit(
        () => session.canvas.click(dot),
        (labels) => labels.stroke([dot], RADIUS, 1),
      );
      const curve = Array.from({ length: 12 }, (_, i) =>
        session.canvas.at(60 + 8 * i, 40 + 12 * Math.sin(i / 2)),
      );
      await edit(
        () => session.canvas.drag(curve),
        (labels) => labels.stroke(curve, RADIUS, 1),
      );
      await press('2', ']');
      const diameter = session.page.getByRole('spinbutton', { name: 'Diameter, px' });
      const radius = Number(await diameter.inputValue()) / 2;
      const line = [session.canvas.at(20, 90), session.canvas.at(60, 120), session.canvas.at(120, 80)];
      await session.page.keyboard.down('Shift');
      await edit(
        () => session.canvas.drag(line),
        (labels) => labels.stroke([line[0]!, line.at(-1)!], radius, 2),
      );
      await session.page.keyboard.up('Shift');
      const gap = [session.canvas.at(70, 40), session.canvas.at(75, 45)];
      await session.page.keyboard.down('Alt');
      await edit(
        () => session.canvas.drag(gap),
        (labels) => labels.stroke(gap, radius, 0),
      );
      await session.page.keyboard.up('Alt');
      const hole = [session.canvas.at(40, 100), session.canvas.at(46, 100)];
      await press('e');
      await edit(
        () => session.canvas.drag(hole),
        (labels) => labels.stroke(hole, radius, 0),
      );
      await press('b', '[');
    });

    test('polygon, lasso, rectangle and ellipse fill what they enclose', async () => {
      await session.reopen();
      await press('1', 'p');
      const corners = [
        session.canvas.at(150, 20),
        session.canvas.at(230, 31),
        session.canvas.at(211, 70),
        session.canvas.at(161, 60),
      ];
      await edit(
        async () => {
          for (const corner of corners) await session.canvas.click(corner);
          await press('Enter');
        },
        (labels) => labels.polygon(corners, 1),
      );
      await press('l', '2');
      const around = Array.from({ length: 20 }, (_, i) =>
        session.canvas.at(190 + 25 * Math.cos(i / 3.3), 120 + 21 * Math.sin(i / 3.3)),
      );
      await edit(
        () => session.canvas.drag(around),
        (labels) => labels.polygon(around, 2),
      );
      const box = [session.canvas.at(20, 150), session.canvas.at(55, 171), session.canvas.at(70, 181)];
      await press('m');
      await edit(
        () => session.canvas.drag(box),
        (labels) => labels.rectangle(box[0]!, box.at(-1)!, 2),
      );
      const oval = [session.canvas.at(100, 150), session.canvas.at(130, 170), session.canvas.at(151, 191)];
      await press('Shift+M');
      await edit(
        () => session.canvas.drag(oval),
        (labels) => labels.ellipse(oval[0]!, oval.at(-1)!, 2),
      );
    });

    test('fill, wand and threshold take what they should; protection keeps other labels', async () => {
      await session.reopen();
      await press('1', 'f');
      const inside = session.canvas.at(45, 165);
      await edit(
        () => session.canvas.click(inside),
        (labels) => {
          const before = labels.data.slice();
          labels.flood(inside, (i) => before[i] === 2, 1);
        },
      );
      const outputs = await session.page.locator('.ends output').allInnerTexts();
      const [low, high] = outputs.map(Number) as [number, number];
      await press('2', 'w');
      const seed = session.canvas.at(240, 240);
      const bright = session.pixels.data[Math.floor(seed.y) * session.pixels.width + Math.floor(seed.x)]!;
      await edit(
        () => session.canvas.click(seed),
        (labels) =>
          labels.flood(seed, (i) => Math.abs(session.pixels.data[i]! - bright) <= 0.1 * (high - low), 2),
      );
      const region = [session.canvas.at(200, 10), session.canvas.at(220, 80), session.canvas.at(250, 110)];
      await press('t', '1');
      await edit(
        async () => {
          await session.canvas.drag(region);
          await session.page.locator('#threshold').waitFor();
          await press('Enter');
        },
        (labels) => {
          const inBox = (x: number, y: number) =>
            x > Math.floor(region[0]!.x) &&
            y > Math.floor(region[0]!.y) &&
            x < Math.floor(region.at(-1)!.x) + 1 &&
            y < Math.floor(region.at(-1)!.y) + 1;
          const values: number[] = [];
          labels.copy().paint(0, (x, y, i) => {
            if (inBox(x, y)) values.push(session.pixels.data[i]!);
            return false;
          });
          const limit = otsuByTrying(values);
          labels.paint(1, (x, y, i) => inBox(x, y) && session.pixels.data[i]! > limit);
        },
      );
      await press('b', '2', 'o');
      const across = [session.canvas.at(20, 30), session.canvas.at(90, 45)];
      await edit(
        () => session.canvas.drag(across),
        (labels) => labels.stroke(across, RADIUS, 2, [0, 2]),
      );
      await press('o');
    });

    test('the class under the pointer is picked, and a class grows and is cleared', async () => {
      await session.reopen();
      await session.canvas.moveTo(session.canvas.at(165, 40));
      await press('i');
      await expect
        .poll(() => session.page.getByRole('radio', { checked: true }).innerText())
        .toContain('ground');
      await edit(
        () => command(session.page, 'Grow the class'),
        (labels) => labels.grow(1, 2),
      );
      await press('2');
      await edit(
        () => command(session.page, 'Clear the class on this image'),
        (labels) => labels.paint(0, (_x, _y, i) => labels.data[i] === 2),
      );
    });

    test('undo goes through every edit, also after another image was open', async () => {
      await session.reopen();
      const back = session.states.toReversed().slice(1);
      for (const [i, state] of back.entries()) {
        await press('Control+z');
        await expect.poll(session.stored, { message: `after ${i + 1} times undo` }).toEqual(state);
        await session.canvas.saved();
        if (i !== 4) continue;
        await press('d');
        await expect.poll(() => session.page.locator('[data-image]').getAttribute('data-image')).toBe('2');
        await press('a');
        await expect.poll(() => session.page.locator('[data-image]').getAttribute('data-image')).toBe('1');
      }
    });

    test('redo brings all of it back, in a window that was closed and opened again', async () => {
      await session.reopen();
      for (const state of session.states.slice(1)) {
        await press('Control+Shift+z');
        await expect.poll(session.stored).toEqual(state);
        await session.canvas.saved();
      }
      await session.window.close();
      expect(session.stored()).toEqual(session.expected.data);
      expect(session.problems).toEqual([]);
    });
  });
