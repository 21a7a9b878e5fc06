/** The Advanced part of the train panel, made from the one schema of settings: groups of rows with their limits. */
import { SETTINGS, type SettingDefinition, type SettingName } from '../../src-main/shared/settings.js';
import { parseSetting } from '../../src-main/shared/settings-values.js';
import type { SettingValue } from '../../src-main/shared/app-api-training.js';

/** In the order in which a person thinks of them. */
export const SETTING_GROUPS = [
  'network',
  'input',
  'budget',
  'optimiser',
  'loss',
  'sampling',
  'augmentation',
  'run',
] as const satisfies readonly SettingDefinition['group'][];
export type SettingGroup = (typeof SETTING_GROUPS)[number];

export interface SettingRow {
  name: SettingName;
  /** `Learning rate decay` of `learningRateDecay`. */
  title: string;
  definition: SettingDefinition;
}

export const settingRows = (group: SettingGroup): SettingRow[] =>
  (Object.entries(SETTINGS) as [SettingName, SettingDefinition][])
    .filter(([, definition]) => definition.group === group)
    .map(([name, definition]) => ({ name, title: titleOf(name), definition }));

/** Names that would not read well as they are. */
const TITLES: Partial<Record<SettingName, string>> = {
  lr: 'Learning rate',
  bnMomentum: 'Batch norm momentum',
  width: 'Network width',
  depth: 'Network depth',
  ema: 'Running average',
  beta1: 'Adam β₁',
  beta2: 'Adam β₂',
  size: 'Crop size',
  batch: 'Batch size',
  decay: 'Learning rate decay',
  warmup: 'Warm-up',
  validation: 'Held-out share',
  paintedOnly: 'Only pixels people painted',
  reestimate: 'Re-estimated crops',
};

export function titleOf(name: SettingName): string {
  const words = name.replace(/([A-Z0-9])/g, ' $1').toLowerCase();
  return TITLES[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * The settings a person chose, after `name` was set to what stands in its field; null takes the choice back.
 * @throws AppError('usage') with the setting's range.
 */
export function withSetting(
  chosen: Readonly<Record<string, SettingValue>>,
  name: SettingName,
  given: SettingValue | null,
): Record<string, SettingValue> {
  const others = Object.fromEntries(Object.entries(chosen).filter(([other]) => other !== name));
  return given === null ? others : { ...others, [name]: parseSetting(name, given) };
}
