/** The one catalogue of errors a person can do something about. */

export const ERROR_CODES = [
  'usage', // a command or call was given arguments it cannot take
  'not-found', // a file, folder, image, class, model or run does not exist
  'exists', // something is already there and is not overwritten unasked
  'unreadable-image', // a file is no image we can read, or is damaged
  'unsupported-image', // a valid image with a feature that is refused by name
  'too-large', // over a stated limit
  'bad-labels', // labels that do not fit the image or the class table
  'bad-project', // a project that is damaged or was made by a newer version
  'bad-model', // a model or weights file that cannot be used
  'nothing-to-train', // no labelled pixels, one class only, no image in a split
  'training-failed', // the loss became NaN, memory ran out, the engine died
  'changed', // a file is not the one its labels or results were made for
  'disk', // no space, no permission, read-only
  'set-up', // TensorFlow or another part is missing on this machine
  'stopped', // a person asked to stop
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An error whose message says what happened and what to do about it, in one sentence.
 * Everything else that is thrown is a bug and is logged with its stack.
 */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export const isAppError = (error: unknown): error is AppError =>
  error instanceof Error && error.name === 'AppError' && 'code' in error;

/** The sentence to show for anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
