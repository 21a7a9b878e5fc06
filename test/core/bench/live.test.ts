import { expect, test } from 'vitest';
import type { LivePoint } from '../../../src-main/core/bench/live-points.js';
import { benchLive } from '../../../src-main/core/bench/live.js';
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
});
