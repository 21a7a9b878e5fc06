import { expect, test } from 'vitest';
import type { LivePoint } from '../../../src-main/core/bench/live-points.js';
import { benchLiveApp } from '../../../src-main/core/bench/live-app.js';
import { readSet } from '../../../src-main/core/bench/live-images.js';
import { benchLive } from '../../../src-main/core/bench/live.js';
import { temporaryFolder } from '../../store/temporary-store.js';
import { describeWithData, sharedData } from '../../shared-data.js';

describeWithData('bench live', () => {
  test('both programs learn from the same strokes, and what is known is not measured again', async () => {
    const points: LivePoint[] = [];
    const options = {
      folder: sharedData(),
      sets: ['blood cells'] as const,
      strokes: [30],
      seeds: [1],
    };
    const onEvent = (point: LivePoint) => void points.push(point);
    await benchLive({ ...options, known: [] }, { onEvent });
    expect(points.map(({ program }) => program)).toEqual(['ours', 'forest']);
    expect(points[0]!.labelledPixels).toBe(points[1]!.labelledPixels);
    // A third would be chance, and everything background .24.
    for (const { score } of points) expect(score).toBeGreaterThan(0.6);
    await benchLive({ ...options, known: points }, { onEvent });
    expect(points).toHaveLength(2);
  });

  test('strokes go through core and engine one by one', async () => {
    const scratch = temporaryFolder();
    const { images, classes } = await readSet('blood cells', {
      ...{ folder: sharedData(), scratch, signal: undefined },
    });
    const seconds: number[] = [];
    const figures = await benchLiveApp({
      ...{ image: images[0]!, classes, strokes: 9, scratch: temporaryFolder() },
      onStroke: (took) => seconds.push(took),
    });
    expect(seconds).toHaveLength(3);
    expect(figures.mostS).toBe(Math.max(...seconds));
    for (const took of Object.values(figures)) expect(took).toBeGreaterThan(0);
  });
});
