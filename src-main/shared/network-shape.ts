/** What of a run's settings decides the shapes of its weights: a training that starts from them needs the same. */
import { SETTINGS, type SettingName, type Settings } from './settings.js';

const SHAPE = ['network', 'width', 'depth'] as const satisfies SettingName[];

/** Settings of a run of before some of these existed lack them, and had the schema's defaults, whatever its budget was. */
export const networkShapeOf = (
  settings: Readonly<Record<string, unknown>>,
): Partial<Pick<Settings, (typeof SHAPE)[number]>> =>
  Object.fromEntries(
    SHAPE.flatMap((name) => {
      const value = settings[name] ?? (name === 'network' ? undefined : SETTINGS[name].default);
      return value === undefined ? [] : [[name, value]];
    }),
  );
