/** Small checks of values that came over a wire: each returns a clean copy of what it was given, or refuses. */
import { AppError } from '../../shared/errors.js';

/** @throws AppError('usage') naming `what`. */
export type Check<T> = (value: unknown, what: string) => T;

type Shape = Record<string, Check<unknown>>;
type Given<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> };

const refuse = (what: string, needed: string): AppError =>
  new AppError('usage', `${what} must be ${needed}.`);

/** Text without control characters other than line breaks and tabs. */
export const text =
  ({ max, min = 0 }: { max: number; min?: number }): Check<string> =>
  (value, what) => {
    if (typeof value !== 'string' || value.length < min || value.length > max)
      throw refuse(what, `text of ${min} to ${max} characters`);
    if (/[^\P{Cc}\n\r\t]/u.test(value)) throw refuse(what, 'text without control characters');
    return value;
  };

/** Longer than any path a system takes. */
const PATH_LENGTH = 32_768;

/** A path of this machine; whether it is there is found out later. */
export const path: Check<string> = (value, what) => {
  if (typeof value !== 'string' || !value || value.length > PATH_LENGTH || value.includes('\0'))
    throw refuse(what, 'a path');
  return value;
};

export const integer =
  ({ min, max }: { min: number; max: number }): Check<number> =>
  (value, what) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
      throw refuse(what, `a whole number from ${min} to ${max}`);
    return value as number;
  };

/** `min` included, `below` not. */
export const share =
  ({ min, below }: { min: number; below: number }): Check<number> =>
  (value, what) => {
    if (typeof value !== 'number' || !(value >= min && value < below))
      throw refuse(what, `a number from ${min} to below ${below}`);
    return value;
  };

/** Both ends included. */
export const within =
  ({ min, max }: { min: number; max: number }): Check<number> =>
  (value, what) => {
    if (typeof value !== 'number' || !(value >= min && value <= max))
      throw refuse(what, `a number from ${min} to ${max}`);
    return value;
  };

export const finite: Check<number> = (value, what) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(what, 'a number');
  return value;
};

export const yesOrNo: Check<boolean> = (value, what) => {
  if (typeof value !== 'boolean') throw refuse(what, 'true or false');
  return value;
};

export const oneOf =
  <T extends string>(choices: readonly T[]): Check<T> =>
  (value, what) => {
    if (!choices.includes(value as T)) throw refuse(what, `one of ${choices.join(', ')}`);
    return value as T;
  };

export const colour: Check<string> = (value, what) => {
  if (typeof value !== 'string' || !/^#[0-9a-f]{6}$/i.test(value))
    throw refuse(what, 'a colour such as #e69f00');
  return value.toLowerCase();
};

/** A copy, so that nobody changes it afterwards. */
export const bytes =
  ({ max }: { max: number }): Check<Uint8Array> =>
  (value, what) => {
    if (!(value instanceof Uint8Array) || value.length > max) throw refuse(what, `at most ${max} bytes`);
    return new Uint8Array(value);
  };

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, what) =>
    value === null ? null : check(value, what);

export const list =
  <T>(check: Check<T>, { max, min = 0 }: { max: number; min?: number }): Check<T[]> =>
  (value, what) => {
    if (!Array.isArray(value) || value.length > max || value.length < min)
      throw refuse(what, `a list of ${min} to ${max}`);
    return Array.from(value, (item, i) => check(item, `${what}[${i}]`));
  };

/** Any names to checked values. Own properties only, so that no name reaches a prototype. */
export const record =
  <T>(
    check: Check<T>,
    { max, keyLength = 100 }: { max: number; keyLength?: number },
  ): Check<Record<string, T>> =>
  (value, what) => {
    const entries = Object.entries(requireObject(value, what));
    if (entries.length > max) throw refuse(what, `at most ${max} entries`);
    const name = text({ min: 1, max: keyLength });
    return Object.fromEntries(
      entries.map(([key, item]) => [name(key, `A name in ${what}`), check(item, `${what}.${key}`)]),
    );
  };

/** Exactly these properties; those of `optional` may be missing or undefined, and then are missing in the copy. */
export const object =
  <R extends Shape, O extends Shape = Record<never, never>>(
    required: R,
    optional?: O,
  ): Check<Given<R> & Partial<Given<O>>> =>
  (value, what) => {
    const given = requireObject(value, what);
    const copy: [string, unknown][] = [];
    for (const key of Object.keys(given))
      if (!Object.hasOwn(required, key) && !(optional && Object.hasOwn(optional, key)))
        throw new AppError('usage', `${what} has no "${key.slice(0, 100)}".`);
    for (const [key, check] of Object.entries(required)) {
      if (!Object.hasOwn(given, key)) throw new AppError('usage', `${what} needs "${key}".`);
      copy.push([key, check(given[key], `"${key}"`)]);
    }
    for (const [key, check] of Object.entries(optional ?? {}))
      if (Object.hasOwn(given, key) && given[key] !== undefined)
        copy.push([key, check(given[key], `"${key}"`)]);
    // The one place where checked properties are given their type.
    return Object.fromEntries(copy) as Given<R> & Partial<Given<O>>;
  };

function requireObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    throw refuse(what, 'an object');
  return value as Record<string, unknown>;
}
