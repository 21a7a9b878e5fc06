/** What a person chose on this machine: theme, keys, layout. Kept in the user's folder as `preferences.json`. */
import { join } from 'node:path';
import type { Preferences } from '../../shared/app-api.js';
import { isAppError } from '../../shared/errors.js';
import { changeUserFile, readUserFile } from './user-files.js';
import { PARAMETERS } from './validate.js';

const fileIn = (userFolder: string): string => join(userFolder, 'preferences.json');

/** Defaults where there is no file, or where what it says cannot be. Keys we do not know are kept. */
export const readPreferences = async (userFolder: string): Promise<Preferences> =>
  preferencesOf(await readUserFile(fileIn(userFolder)));

/** Replaces what is given and keeps the rest. @throws AppError('disk') */
export const changePreferences = (userFolder: string, changes: Partial<Preferences>): Promise<Preferences> =>
  changeUserFile(fileIn(userFolder), (before) => ({ ...preferencesOf(before), ...changes }));

function preferencesOf(stored: Record<string, unknown> | null): Preferences {
  const defaults: Preferences = { theme: 'system', keys: {}, window: {} };
  if (!stored) return defaults;
  const read = { ...stored, ...defaults };
  for (const key of ['theme', 'keys', 'window'] as const) Object.assign(read, checked(key, stored[key]));
  return read;
}

/** One preference by the same check as calls from a window; nothing when it does not pass. */
function checked(key: keyof Preferences, value: unknown): Partial<Preferences> {
  try {
    return PARAMETERS.setPreferences({ [key]: value }, 'preferences.json');
  } catch (error) {
    if (isAppError(error)) return {};
    throw error;
  }
}
