/** What may be done to a segmented image before it is written and measured: choices, their limits, their words. */
import { AppError } from './errors.js';

/** What is absent is not done. Done in this order. */
export interface CleanUp {
  /** Only this part of every image is looked at; the rest becomes 0. Px from the upper left corner. */
  region?: { x: number; y: number; width: number; height: number };
  /** Each pixel takes the class that most pixels within this radius have, px. */
  smooth?: number;
  /** Background enclosed by objects becomes the class that borders most of it. */
  fillHoles?: boolean;
  /** Objects that touch are parted by a line of background where they are narrow. */
  split?: boolean;
  /** Objects of fewer pixels become background. */
  minArea?: number;
  /** Objects at the edge of the image or of `region` become background. */
  wholeOnly?: boolean;
}

export const LARGEST_SMOOTHING_PX = 50;
export const LARGEST_SIDE_PX = 1_000_000;
export const LARGEST_AREA_PX = 1e9;

/** @throws AppError('usage') */
export function requireCleanUp({ region, smooth, minArea }: CleanUp): void {
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  if (smooth !== undefined && !within(smooth, 1, LARGEST_SMOOTHING_PX))
    throw new AppError('usage', `Smoothing takes a radius of 1 to ${LARGEST_SMOOTHING_PX} px.`);
  if (minArea !== undefined && !(Number.isInteger(minArea) && within(minArea, 0, LARGEST_AREA_PX)))
    throw new AppError(
      'usage',
      `The smallest object is a whole number of pixels, at most ${LARGEST_AREA_PX}.`,
    );
  if (!region) return;
  const { x, y, width, height } = region;
  const whole = [x, y, width, height].every(Number.isInteger);
  if (
    !whole ||
    ![x, y].every((at) => within(at, 0, LARGEST_SIDE_PX)) ||
    ![width, height].every((side) => within(side, 1, LARGEST_SIDE_PX))
  )
    throw new AppError(
      'usage',
      'The region is X, Y, width and height in whole pixels, width and height at least 1.',
    );
}

/** The same with its members in one order and without what does nothing; null where nothing is left. */
export function normalisedCleanUp({
  region,
  smooth,
  fillHoles,
  split,
  minArea,
  wholeOnly,
}: CleanUp): CleanUp | null {
  const chosen: CleanUp = {
    ...(region && { region: { x: region.x, y: region.y, width: region.width, height: region.height } }),
    ...(smooth !== undefined && { smooth }),
    ...(fillHoles && { fillHoles }),
    ...(split && { split }),
    ...(minArea !== undefined && minArea > 1 && { minArea }),
    ...(wholeOnly && { wholeOnly }),
  };
  return Object.keys(chosen).length > 0 ? chosen : null;
}
