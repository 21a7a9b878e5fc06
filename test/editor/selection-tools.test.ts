import { describe, expect, test } from 'vitest';
import { wand as selectAlike } from '../../src-renderer/editor/selection.js';
import { chooseTool } from '../../src-renderer/editor/tool-state.js';
import { pixelsWhere } from './naive-map.js';
import { painted, SIDE, whole, workplace } from './tool-workplace.js';

describe('tools that select', () => {
  const ramp = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => 4 * (i % SIDE));

  test('the wand takes more the farther it is dragged, and paints the last answer at the release', () => {
    const { send, runner, asks, labels, edits, preview } = workplace({ tool: 'wand', tolerance: 0.1 });
    const answer = (ask: number) => {
      const { tolerance = 0 } = asks[ask] as { tolerance?: number };
      const seed = { x: 32, y: 9 };
      const selection = selectAlike([ramp], whole, { seed, tolerance: tolerance * 255, contiguous: true });
      runner.send({ kind: 'selected', ask, selection: { rect: whole, selection } });
    };
    send('press', 32.4, 9.1);
    answer(0);
    expect(preview()).toMatchObject({ kind: 'selection', tolerance: 0.1 });
    send('move', 36.4, 9.1);
    expect(asks[1]).toMatchObject({ kind: 'wand', x: 32, y: 9, tolerance: 0.2 });
    send('release', 36.4, 9.1);
    expect(edits).toHaveLength(0);
    answer(1);
    expect(edits.map(({ title }) => title)).toEqual(['Wand']);
    expect(labels()).toEqual(ramp.map((value) => (Math.abs(value - 128) <= 51 ? 1 : 0)));
    expect(runner.active).toBe(false);
  });

  test('an answer may be given at once', () => {
    const { drag, runner, answerWith, labels } = workplace({ tool: 'wand' });
    const selection = new Uint8Array(SIDE * SIDE).fill(1, 0, 10);
    answerWith((ask) => runner.send({ kind: 'selected', ask, selection: { rect: whole, selection } }));
    drag([
      [1, 1],
      [9, 1],
    ]);
    expect(labels()).toEqual(selection);
    expect(runner.active).toBe(false);
  });

  test('a threshold begins at Otsu, follows the slider and paints at Enter', () => {
    const { send, runner, asks, labels } = workplace({ tool: 'threshold' });
    send('press', 10.2, 10.2);
    send('move', 20.7, 12.9);
    send('release', 20.7, 12.9);
    expect(asks[0]).toMatchObject({
      threshold: 'otsu',
      box: { x0: 10, y0: 10, x1: 21, y1: 13 },
      side: 'above',
    });
    runner.send({ kind: 'adjust', threshold: 60 });
    expect(asks[1]).toMatchObject({ threshold: 60 });
    runner.send({ kind: 'confirm' });
    const rect = { x: 10, y: 10, width: 11, height: 3 };
    runner.send({
      kind: 'selected',
      ask: 1,
      selection: { rect, selection: new Uint8Array(33).fill(1, 5, 9) },
    });
    expect(labels()).toEqual(
      painted(
        pixelsWhere(SIDE, SIDE, (x, y) => y > 10 && y < 11 && x > 15 && x < 19),
        1,
      ),
    );
  });

  test('with Alt the selection is taken away, with Shift and Alt it is what stays', () => {
    for (const [shift, left] of [
      [false, [10, 20]],
      [true, [20, 30]],
    ] as const) {
      const { drag, send, runner, labels, host } = workplace({ tool: 'rectangle' });
      drag([
        [10, 5],
        [29, 5],
      ]);
      host.state = chooseTool(host.state, 'wand');
      send('press', 25, 5, { alt: true, shift });
      const selection = new Uint8Array(SIDE * SIDE).fill(1, 5 * SIDE + 20, 5 * SIDE + 40);
      runner.send({ kind: 'selected', ask: 0, selection: { rect: whole, selection } });
      send('release', 25, 5, { alt: true, shift });
      expect(labels()).toEqual(new Uint8Array(SIDE * SIDE).fill(1, 5 * SIDE + left[0], 5 * SIDE + left[1]));
    }
  });

  test('a fill is asked for at the release', () => {
    const { drag, applied } = workplace({ tool: 'fill', contiguous: false });
    drag([[12.7, 30.1]], { alt: true });
    expect(applied).toEqual([
      [
        { kind: 'fill', x: 12, y: 30, contiguous: false },
        { title: 'Fill', mode: 'add', erasing: true },
      ],
    ]);
  });
});
