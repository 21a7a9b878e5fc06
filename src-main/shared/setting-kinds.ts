/** The kinds of settings that the schema (settings.ts) is made of. */

interface Base {
  /** What it does, one sentence, for people. */
  help: string;
  unit?: string;
  group: 'network' | 'budget' | 'optimiser' | 'loss' | 'sampling' | 'augmentation' | 'input' | 'run';
}
export interface NumberSetting extends Base {
  type: 'number' | 'integer';
  default: number;
  min: number;
  max: number;
  switch?: Switch;
}
/** Values of a strength that can be switched off. */
export interface Switch {
  /** Changes nothing. */
  off: number;
  /** What somebody gets who switches it on: clearly seen, and nothing that harms. */
  on: number;
  /** Leaves the choice to the program. */
  auto?: number;
}
export interface FlagSetting extends Base {
  type: 'boolean';
  default: boolean;
}
interface ChoiceSetting extends Base {
  type: 'choice';
  default: string;
  choices: readonly string[];
}
export interface TextSetting extends Base {
  type: 'text';
  default: string;
}
export type SettingDefinition = NumberSetting | FlagSetting | ChoiceSetting | TextSetting;

const numeric =
  <T extends 'number' | 'integer'>(type: T) =>
  (group: Base['group'], value: number, min: number, max: number, help: string, unit?: string) => ({
    ...{ type, group, default: value, min, max, help },
    ...(unit ? { unit } : {}),
  });
export const number = numeric('number');
export const integer = numeric('integer');
/** A strength of augmentation. */
export const strength = (
  value: number,
  [min, max]: readonly [number, number],
  turn: Switch,
  help: string,
  unit?: string,
) => ({
  ...number('augmentation', value, min, max, help, unit),
  switch: turn,
});
export const flag = (group: Base['group'], value: boolean, help: string) =>
  ({ type: 'boolean', group, default: value, help }) as const;
export const choice = <const T extends readonly string[]>(
  group: Base['group'],
  value: T[number],
  choices: T,
  help: string,
) => ({ type: 'choice' as const, group, default: value, choices, help });
