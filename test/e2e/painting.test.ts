/** The whole way by mouse and keyboard: project, images, classes, every tool, undo; then what is stored, byte for byte. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { decodePicture } from './painting/decoded.js';
import { Canvas } from './painting/canvas.js';
import { ExpectedLabels, otsuByTrying } from './painting/expected-labels.js';
import { collectProblems, HOSTS, type HostWindow } from './painting/host-windows.js';
import { command, createProject, images, labelsOf } from './painting/project-steps.js';

const SAMPLES = join(packageRoot(), 'resources', 'sample', 'images');
const NAMES = ['test-01.png', 'test-02.png'];
/** Of the brush as the window starts. */
const RADIUS = 10;

for (const host of HOSTS)
  host.describe(`painting in ${host.name}`, () => {
    let home: string;
    let opened: HostWindow;
    let canvas: Canvas;
    const problems: string[][] = [];
    let expected: ExpectedLabels;
    /** After each edit, for undo. */
    const states: Uint8Array[] = [];
    let pixels: { data: ArrayLike<number>; width: number };

    const press = async (...keys: string[]) => {
      for (const key of keys) await opened.page.keyboard.press(key);
    };
    /** An edit: what the person does and what must come of it. */
    const edit = async (act: () => Promise<void>, change: (labels: ExpectedLabels) => void) => {
      await act();
      change(expected);
      states.push(expected.data.slice());
      await expect.poll(stored).toEqual(expected.data);
      await canvas.saved();
    };
    const stored = () => labelsOf(join(home, 'Painted.brushfield'), NAMES[0]!);
    /** Starts the program anew on the project, as on another day. */
    const reopen = async () => {
      await opened.close();
      opened = await host.open({ folder: home, args: [join(home, 'Painted.brushfield')] });
      problems.push(collectProblems(opened.page));
      await expect.poll(() => images(opened.page).count(), { timeout: 20_000 }).toBe(2);
      canvas = await Canvas.of(opened.page);
      await opened.page.getByRole('application', { name: 'Image' }).focus();
    };

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'brushfield-painting-'));
      mkdirSync(join(home, 'pictures'));
      for (const name of NAMES) copyFileSync(join(SAMPLES, name), join(home, 'pictures', name));
      const picture = await decodePicture(join(SAMPLES, NAMES[0]!));
      pixels = picture;
      expected = new ExpectedLabels(picture.width, picture.height);
      states.push(expected.data.slice());
      opened = await host.open({ folder: home });
      problems.push(collectProblems(opened.page));
    });
    afterAll(async () => {
      await opened?.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('a new project takes images and classes', async () => {
      await createProject(opened.page, { name: 'Painted', folder: home, classes: 'ground, cell' });
      await opened.addImages(NAMES.map((name) => join(home, 'pictures', name)));
      await expect.poll(() => images(opened.page).count()).toBe(2);
      await images(opened.page).nth(0).click();
      canvas = await Canvas.of(opened.page);
    });

    test('the brush paints discs and sweeps; Shift draws a line, Alt and the eraser make void', async () => {
      await press('b', '1');
      const dot = canvas.at(30, 30);
      await edit(
        () => canvas.click(dot),
        (labels) => labels.stroke([dot], RADIUS, 1),
      );
      const curve = Array.from({ length: 12 }, (_, i) => canvas.at(60 + 8 * i, 40 + 12 * Math.sin(i / 2)));
      await edit(
        () => canvas.drag(curve),
        (labels) => labels.stroke(curve, RADIUS, 1),
      );
      await press('2', ']');
      const diameter = opened.page.getByRole('spinbutton', { name: 'Diameter, px' });
      const radius = Number(await diameter.inputValue()) / 2;
      const line = [canvas.at(20, 90), canvas.at(60, 120), canvas.at(120, 80)];
      await opened.page.keyboard.down('Shift');
      await edit(
        () => canvas.drag(line),
        (labels) => labels.stroke([line[0]!, line.at(-1)!], radius, 2),
      );
      await opened.page.keyboard.up('Shift');
      const gap = [canvas.at(70, 40), canvas.at(75, 45)];
      await opened.page.keyboard.down('Alt');
      await edit(
        () => canvas.drag(gap),
        (labels) => labels.stroke(gap, radius, 0),
      );
      await opened.page.keyboard.up('Alt');
      const hole = [canvas.at(40, 100), canvas.at(46, 100)];
      await press('e');
      await edit(
        () => canvas.drag(hole),
        (labels) => labels.stroke(hole, radius, 0),
      );
      await press('b', '[');
    });

    test('polygon, lasso, rectangle and ellipse fill what they enclose', async () => {
      await reopen();
      await press('1', 'p');
      const corners = [canvas.at(150, 20), canvas.at(230, 31), canvas.at(211, 70), canvas.at(161, 60)];
      await edit(
        async () => {
          for (const corner of corners) await canvas.click(corner);
          await press('Enter');
        },
        (labels) => labels.polygon(corners, 1),
      );
      await press('l', '2');
      const around = Array.from({ length: 20 }, (_, i) =>
        canvas.at(190 + 25 * Math.cos(i / 3.3), 120 + 21 * Math.sin(i / 3.3)),
      );
      await edit(
        () => canvas.drag(around),
        (labels) => labels.polygon(around, 2),
      );
      const box = [canvas.at(20, 150), canvas.at(55, 171), canvas.at(70, 181)];
      await press('m');
      await edit(
        () => canvas.drag(box),
        (labels) => labels.rectangle(box[0]!, box.at(-1)!, 2),
      );
      const oval = [canvas.at(100, 150), canvas.at(130, 170), canvas.at(151, 191)];
      await press('Shift+M');
      await edit(
        () => canvas.drag(oval),
        (labels) => labels.ellipse(oval[0]!, oval.at(-1)!, 2),
      );
    });

    test('fill, wand and threshold take what they should; protection keeps other labels', async () => {
      await reopen();
      await press('1', 'f');
      const inside = canvas.at(45, 165);
      await edit(
        () => canvas.click(inside),
        (labels) => {
          const before = labels.data.slice();
          labels.flood(inside, (i) => before[i] === 2, 1);
        },
      );
      const outputs = await opened.page.locator('.ends output').allInnerTexts();
      const [low, high] = outputs.map(Number) as [number, number];
      await press('2', 'w');
      const seed = canvas.at(240, 240);
      const bright = pixels.data[Math.floor(seed.y) * pixels.width + Math.floor(seed.x)]!;
      await edit(
        () => canvas.click(seed),
        (labels) => labels.flood(seed, (i) => Math.abs(pixels.data[i]! - bright) <= 0.1 * (high - low), 2),
      );
      const region = [canvas.at(200, 10), canvas.at(220, 80), canvas.at(250, 110)];
      await press('t', '1');
      await edit(
        async () => {
          await canvas.drag(region);
          await opened.page.locator('#threshold').waitFor();
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
            if (inBox(x, y)) values.push(pixels.data[i]!);
            return false;
          });
          const limit = otsuByTrying(values);
          labels.paint(1, (x, y, i) => inBox(x, y) && pixels.data[i]! > limit);
        },
      );
      await press('b', '2', 'o');
      const across = [canvas.at(20, 30), canvas.at(90, 45)];
      await edit(
        () => canvas.drag(across),
        (labels) => labels.stroke(across, RADIUS, 2, [0, 2]),
      );
      await press('o');
    });

    test('the class under the pointer is picked, and a class grows and is cleared', async () => {
      await reopen();
      await canvas.moveTo(canvas.at(165, 40));
      await press('i');
      await expect
        .poll(() => opened.page.getByRole('radio', { checked: true }).innerText())
        .toContain('ground');
      await edit(
        () => command(opened.page, 'Grow the class'),
        (labels) => labels.grow(1, 2),
      );
      await press('2');
      await edit(
        () => command(opened.page, 'Clear the class on this image'),
        (labels) => labels.paint(0, (_x, _y, i) => labels.data[i] === 2),
      );
    });

    test('undo goes through every edit, also after another image was open', async () => {
      await reopen();
      const back = states.toReversed().slice(1);
      for (const [i, state] of back.entries()) {
        await press('Control+z');
        await expect.poll(stored, { message: `after ${i + 1} times undo` }).toEqual(state);
        await canvas.saved();
        if (i !== 4) continue;
        await press('d');
        await expect.poll(() => opened.page.locator('[data-image]').getAttribute('data-image')).toBe('2');
        await press('a');
        await expect.poll(() => opened.page.locator('[data-image]').getAttribute('data-image')).toBe('1');
      }
    });

    test('redo brings all of it back, in a window that was closed and opened again', async () => {
      await reopen();
      for (const state of states.slice(1)) {
        await press('Control+Shift+z');
        await expect.poll(stored).toEqual(state);
        await canvas.saved();
      }
      await opened.close();
      expect(stored()).toEqual(expected.data);
      expect(problems.flat()).toEqual([]);
    });
  });
