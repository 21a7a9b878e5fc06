/** Which labels a training learns from: of the classes that were chosen, and of people only where that is asked for. */
import type { LabelMap } from '../shared/model.js';
import { labelCounts } from '../store/masks.js';
import { modelCounts, modelPlane } from '../store/model-pixels.js';
import type { Store } from '../store/store.js';

export interface LearnedLabels {
  /** Label values to be told apart; pixels of others count as unlabelled. Null: all. */
  classes: readonly number[] | null;
  /** Pixels whose label a model gave, and nobody changed or confirmed, count as unlabelled. */
  paintedOnly: boolean;
}

export const ALL_LABELS: LearnedLabels = { classes: null, paintedOnly: false };

/** Pixels of each label value by image id; what is not learned from counts as 0. Images that were never labelled are missing. */
export function learnedCounts(store: Store, { classes, paintedOnly }: LearnedLabels): Map<number, number[]> {
  const counts = labelCounts(store);
  const byModels = paintedOnly ? modelCounts(store) : new Map<number, number[]>();
  return new Map(
    [...counts].map(([id, pixelsByValue]) => {
      const left = byModels.get(id);
      const kept = pixelsByValue.map((pixels, value) =>
        value === 0 || !(classes?.includes(value) ?? true) ? 0 : pixels - (left?.[value] ?? 0),
      );
      kept[0] = sum(pixelsByValue) - sum(kept);
      return [id, kept] as const;
    }),
  );
}

/** Pixels of the classes whose label a model gave, in all images of `counts`. */
export function leftToModels(store: Store, { classes }: LearnedLabels, images: readonly number[]): number {
  const counts = modelCounts(store);
  return sum(
    images.flatMap((id) => (counts.get(id) ?? []).filter((_, value) => classes?.includes(value) ?? true)),
  );
}

/** The label map of which `paintedOnly` leaves out what is a model's; the very same one where nothing is. */
export function learnedMask(
  store: Store,
  imageId: number,
  { mask, paintedOnly }: { mask: LabelMap; paintedOnly: boolean },
): LabelMap {
  const plane = paintedOnly ? modelPlane(store, imageId) : null;
  return plane ? { ...mask, data: mask.data.map((value, i) => (plane[i] === 1 ? 0 : value)) } : mask;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
