/** What of a run's settings decides the shapes of its weights: a training that starts from them needs the same. */
import type { SettingName, Settings } from './settings.js';

const SHAPE = ['network', 'width', 'depth'] as const satisfies SettingName[];

/** Settings of a run of before some of these existed lack them, and have the defaults. */
export const networkShapeOf = (
  settings: Readonly<Record<string, unknown>>,
): Partial<Pick<Settings, (typeof SHAPE)[number]>> =>
  Object.fromEntries(SHAPE.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])));
