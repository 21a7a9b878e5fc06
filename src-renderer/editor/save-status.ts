/** What a window says of its edits: saved, on their way, or not saved and why. */
import { messageOf } from '../../src-main/shared/errors.js';

export interface SaveStatus {
  state: 'saved' | 'saving' | 'failed';
  /** Edits that are not saved yet. */
  waiting: number;
  /** What went wrong and what to do. */
  sentence: string | null;
  /** Whether another window changed these labels, so that a person must choose: `keepMine` or `takeTheirs`. */
  conflict: boolean;
}

/** @param how `kept`: whether edits wait in the window. */
export function failureSentence(
  error: unknown,
  { conflict, kept }: { conflict: boolean; kept: boolean },
): string {
  if (conflict)
    return 'Another window changed the labels of this image; choose whether to keep what you painted here or what is saved.';
  const then = kept
    ? 'What you painted is kept in this window and will be saved when you try again.'
    : 'Try again to see what is saved.';
  return `Saving did not work: ${messageOf(error)} ${then}`;
}
