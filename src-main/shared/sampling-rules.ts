/** What `auto` means where it depends on how much is labelled: the engine does it, and the plan says it. */
import type { SnapshotImage } from './snapshot.js';

export type Labelled = Pick<SnapshotImage, 'width' | 'height' | 'pixelsByValue'>;

/** With less of the training images labelled, crops lie near labels and are changed more. */
const FEW_SHARE = 0.5;

export function fewLabels(images: readonly Labelled[]): boolean {
  const pixels = images.reduce((sum, { width, height }) => sum + width * height, 0);
  const unlabelled = images.reduce((sum, { pixelsByValue }) => sum + (pixelsByValue[0] ?? 0), 0);
  return 1 - unlabelled / pixels < FEW_SHARE;
}
