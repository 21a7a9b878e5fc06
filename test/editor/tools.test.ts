import { describe, expect, test } from 'vitest';
import type { Pointer, ToolEvent } from '../../src-renderer/editor/tool-events.js';
import {
  INITIAL_TOOL_STATE,
  chooseClass,
  resizeBrush,
  swapClass,
  toggleErasing,
  type ToolState,
} from '../../src-renderer/editor/tool-state.js';
import { insidePolygon, pixelsWhere } from './naive-map.js';
import { disc, painted, SIDE, swept, workplace } from './tool-workplace.js';

describe('the brush', () => {
  test('paints the whole way as one edit, and shows its circle', () => {
    const { drag, labels, edits, preview, send } = workplace({ classValue: 4 });
    send('move', 9, 9);
    expect(preview()).toEqual({ kind: 'brush', x: 9, y: 9, radiusPx: 3, erasing: false });
    const way = [
      [10.2, 11.7],
      [30.4, 20.1],
      [33.3, 50.6],
    ] as const;
    drag(way);
    expect(labels()).toEqual(painted(swept(way.map(([x, y]) => disc(x, y))), 4));
    expect(edits.map(({ title }) => title)).toEqual(['Brush']);
    expect(preview()).toBeNull();
  });

  test('draws a straight line with Shift, whatever the way', () => {
    const { drag, labels } = workplace();
    drag(
      [
        [10.2, 10.3],
        [60, 5],
        [3, 60],
        [50.1, 20.9],
      ],
      { shift: true },
    );
    expect(labels()).toEqual(painted(swept([disc(10.2, 10.3), disc(50.1, 20.9)]), 1));
  });

  test('follows the pressure of a pen', () => {
    const { send, labels } = workplace({ radiusPx: 10 });
    send('press', 15.1, 15.2, { pressure: 0.25 });
    send('move', 40.3, 30.4, { pressure: 0.75 });
    send('release', 40.3, 30.4, { pressure: 0 });
    expect(labels()).toEqual(painted(swept([disc(15.1, 15.2, 4), disc(40.3, 30.4, 8)]), 1));
  });

  test('of one pixel paints the pixel under the pointer, wherever in it', () => {
    for (const [x, y] of [
      [7, 7],
      [7.99, 7.01],
      [7.5, 7.99],
    ] as const) {
      const { drag, labels } = workplace({ radiusPx: 0.5 });
      drag([[x, y]]);
      expect([...labels().keys()].filter((i) => labels()[i] === 1)).toEqual([7 * SIDE + 7]);
    }
  });

  test('erases with Alt or with E, without changing tool or class', () => {
    const { drag, labels, host, edits } = workplace();
    drag([
      [20, 20],
      [40, 20],
    ]);
    const before = labels();
    drag([[30, 20]], { alt: true });
    expect(labels()).toEqual(painted(swept([disc(30, 20)]), 0, before.slice()));
    host.state = toggleErasing(host.state);
    drag([
      [20, 20],
      [40, 20],
    ]);
    expect(labels().some((label) => label !== 0)).toBe(false);
    expect(host.state).toMatchObject({ tool: 'brush', classValue: 1 });
    expect(edits.map(({ title }) => title)).toEqual(['Brush', 'Eraser', 'Eraser']);
  });

  test('protects other labels, when erasing too', () => {
    const { drag, labels, host } = workplace({ classValue: 2 });
    drag([
      [20, 20],
      [40, 20],
    ]);
    const first = labels();
    host.state = { ...host.state, classValue: 1, protect: true };
    drag([
      [30, 10],
      [30, 30],
    ]);
    const second = labels();
    expect(first.every((label, i) => label === 0 || second[i] === 2)).toBe(true);
    expect(second.includes(1)).toBe(true);
    drag(
      [
        [30, 10],
        [30, 30],
      ],
      { alt: true },
    );
    expect(labels()).toEqual(first);
  });
});

test('Escape in mid-stroke leaves everything as it was, and no edit', () => {
  for (const tool of ['brush', 'lasso', 'polygon', 'rectangle', 'wand', 'threshold'] as const) {
    const { runner, send, labels, edits, preview, editor } = workplace({ tool });
    send('press', 20, 20);
    send('move', 40, 30);
    expect(runner.active).toBe(true);
    expect(runner.abort()).toBe(true);
    expect(labels().some((label) => label !== 0)).toBe(false);
    expect([edits.length, preview(), editor.painting, runner.active]).toEqual([0, null, false, false]);
  }
});

describe('shapes', () => {
  const corners = [10.3, 8.2, 50.7, 20.4, 25.1, 55.9] as const;
  const inside = pixelsWhere(SIDE, SIDE, (x, y) => insidePolygon(corners, x, y));

  test('a polygon is filled at Enter, at a double click and at its first corner', () => {
    const ends: ((work: ReturnType<typeof workplace>) => void)[] = [
      ({ runner }) => runner.send({ kind: 'confirm' }),
      ({ send }) => send('press', 10.5, 8.4),
    ];
    for (const end of ends) {
      const work = workplace({ tool: 'polygon' });
      for (let i = 0; i < 6; i += 2) {
        work.send('press', corners[i]!, corners[i + 1]!);
        work.send('release', corners[i]!, corners[i + 1]!);
      }
      work.send('move', 60, 60);
      expect(work.preview()).toMatchObject({ kind: 'outline', points: [...corners, 60, 60] });
      expect(work.edits).toHaveLength(0);
      end(work);
      expect(work.labels()).toEqual(painted(inside, 1));
      expect(work.edits.map(({ title }) => title)).toEqual(['Polygon']);
    }
  });

  test('Backspace takes corners of a polygon back, the last one ends it', () => {
    const { runner, send, labels } = workplace({ tool: 'polygon' });
    const back: ToolEvent = { kind: 'back' };
    send('press', corners[0], corners[1]);
    send('press', corners[2], corners[3]);
    send('press', 5, 60);
    runner.send(back);
    send('press', corners[4], corners[5]);
    runner.send({ kind: 'confirm' });
    expect(labels()).toEqual(painted(inside, 1));
    send('press', 5, 60);
    runner.send(back);
    expect(runner.active).toBe(false);
  });

  test('a lasso is filled when it is let go', () => {
    const { drag, labels } = workplace({ tool: 'lasso' });
    drag([
      [corners[0], corners[1]],
      [corners[2], corners[3]],
      [corners[4], corners[5]],
    ]);
    expect(labels()).toEqual(painted(inside, 1));
  });

  test('a rectangle holds the pixels of both corners; Shift makes it a square, Ctrl starts at its centre', () => {
    const boxOf = (held: Partial<Pointer>, end: readonly [number, number]) => {
      const { drag, labels } = workplace({ tool: 'rectangle' });
      drag([[20.6, 30.2], end], held);
      const set = [...labels().keys()].filter((i) => labels()[i] === 1);
      const columns = set.map((i) => i % SIDE);
      const rows = set.map((i) => Math.floor(i / SIDE));
      const box = [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)];
      expect(set).toHaveLength((box[2]! - box[0]! + 1) * (box[3]! - box[1]! + 1));
      return box;
    };
    expect(boxOf({}, [25.1, 28.9])).toEqual([20, 28, 25, 30]);
    expect(boxOf({}, [20.9, 30.9])).toEqual([20, 30, 20, 30]);
    expect(boxOf({ shift: true }, [25.1, 28.9])).toEqual([20, 25, 25, 30]);
    expect(boxOf({ ctrl: true }, [23.6, 31.2])).toEqual([17, 29, 23, 31]);
  });

  test('an ellipse fills the same box', () => {
    const { drag, labels } = workplace({ tool: 'ellipse' });
    drag([
      [10.5, 20.5],
      [40.5, 33.5],
    ]);
    const inEllipse = (x: number, y: number) => ((x - 25.5) / 15.5) ** 2 + ((y - 27) / 7) ** 2 <= 1;
    expect(labels()).toEqual(painted(pixelsWhere(SIDE, SIDE, inEllipse), 1));
  });
});

test('a stroke that begins while an undo is under way is painted after it', async () => {
  const { drag, labels, block, runner } = workplace();
  let done = () => {};
  block(new Promise<void>((resolve) => (done = resolve)));
  drag([
    [20, 20],
    [30, 20],
  ]);
  expect(runner.active).toBe(true);
  expect(labels().includes(1)).toBe(false);
  block(null);
  done();
  await new Promise((resolve) => setImmediate(resolve));
  expect(labels()).toEqual(painted(swept([disc(20, 20), disc(30, 20)]), 1));
});

describe('the choice of tools', () => {
  test('X goes back and forth between two classes', () => {
    const chosen = chooseClass(chooseClass(INITIAL_TOOL_STATE, 5), 3);
    expect(swapClass(chosen).classValue).toBe(5);
    expect(swapClass(swapClass(chosen)).classValue).toBe(3);
    expect(chooseClass(toggleErasing(chosen), 3)).toMatchObject({ erasing: false, lastClassValue: 5 });
  });

  test('brush sizes stay in range, go in half pixels and come back', () => {
    let state: ToolState = { ...INITIAL_TOOL_STATE, radiusPx: 0.5 };
    const up: number[] = [];
    while (state.radiusPx < 1000) up.push((state = resizeBrush(state, 1)).radiusPx);
    expect(up.slice(0, 4)).toEqual([1, 1.5, 2, 2.5]);
    expect(up.every((radius) => Number.isInteger(2 * radius))).toBe(true);
    expect(up.length).toBeLessThan(90);
    expect(resizeBrush({ ...state, radiusPx: 10 }, 5).radiusPx).toBeGreaterThan(14);
    expect(resizeBrush(state, -500).radiusPx).toBe(0.5);
  });
});
