// @ts-check
/** Something a person can mend: its message is one sentence that says what is missing and what to install. */
export class SetUpError extends Error {
  /** @override */
  name = 'SetUpError';
}
