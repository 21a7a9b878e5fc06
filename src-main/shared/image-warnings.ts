/** What has to be said of an image that was segmented all the same: mostly how it differs from the training images. */

/** The others are differences, in words that follow "is not like the training images:". */
export const UNPARTED =
  'some of its objects are too large to be parted in an image of this size and were left as they are';

export const isDifference = (warning: string): boolean => warning !== UNPARTED;

/** @param who one image by name, or how many */
export const warningSentence = (warning: string, who: string, plural = false): string =>
  isDifference(warning)
    ? `${who} ${plural ? 'are' : 'is'} not like the training images: ${warning}.`
    : `${who}: ${warning}.`;
