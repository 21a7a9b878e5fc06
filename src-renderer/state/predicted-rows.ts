/** Rows of a prediction for the brush that paints with it. */
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import type { PredictedRows } from '../editor/model-brush.js';
import type { PredictionTiles } from './prediction-tiles.js';

/** Label values of classes that are shown, where the confidence is at least `minConfidence` (0 … 1); 0 elsewhere. */
export function predictedRows(
  tiles: Pick<PredictionTiles, 'need'>,
  { hidden, minConfidence }: { hidden: ReadonlySet<number>; minConfidence: number },
): PredictedRows {
  // As the core compares when it takes a prediction over.
  const least = minConfidence * 255;
  return {
    row(y, x0, x1, out) {
      const [ty, tx] = [Math.floor(y / PIXEL_TILE), Math.floor(x0 / PIXEL_TILE)];
      const tile = tiles.need({ level: 0, ty, tx });
      if (!tile) return false;
      const from = (y - ty * PIXEL_TILE) * tile.width + x0 - tx * PIXEL_TILE;
      for (let i = 0; i < x1 - x0; i++) {
        const value = tile.values[from + i]!;
        out[i] = hidden.has(value) || tile.confidence[from + i]! < least ? 0 : value;
      }
      return true;
    },
  };
}
