/** Settings as somebody gives them, checked against the schema and completed by a network's recipe. */
import { AppError } from './errors.js';
import { LIVE_SETTINGS, LOSSES, LOSS_NAMES, RECIPES } from './settings-recipes.js';
import {
  LIVE,
  SETTINGS,
  type LearnerName,
  type SettingDefinition,
  type SettingName,
  type Settings,
} from './settings.js';

/** A training this short makes more steps with half the filters than it loses by having fewer of them: docs/engine.md. */
export const SHORT_MINUTES = 1;
const SHORT_WIDTH = 0.5;

/** The defaults for a network. A budget of 4 minutes applies where the caller sets no limit at all. */
export function defaultSettings(network: LearnerName): Settings {
  const defaults = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, definition]) => [name, definition.default]),
  ) as Settings;
  return { ...defaults, ...RECIPES[network], network };
}

/**
 * Settings from given values (text from a command line, or typed), over the network's defaults. `loss` is no setting of
 * its own but short for those of a loss that has a name.
 * @throws AppError('usage') naming the setting, its range and the nearest name for an unknown one.
 */
export function resolveSettings({ loss, ...rest }: Record<string, string | number | boolean>): Settings {
  const given = { ...(loss === undefined ? {} : lossSettings(loss)), ...rest };
  for (const name of Object.keys(given)) requireKnown(name);
  const network = parseSetting('network', given['network'] ?? SETTINGS.network.default) as LearnerName;
  const settings: Record<string, string | number | boolean> = { ...defaultSettings(network) };
  for (const [name, value] of Object.entries(given))
    settings[name] = parseSetting(name as SettingName, value);
  const resolved = settings as Settings;
  if (network === LIVE) return liveSettings(resolved);
  if (!resolved.minutes && !resolved.epochs && !resolved.steps) resolved.minutes = 4;
  if (given['width'] === undefined && isShort(resolved)) resolved.width = SHORT_WIDTH;
  if (resolved.scaleMin > resolved.scaleMax)
    throw new AppError(
      'usage',
      `scaleMin (${resolved.scaleMin}) must not be larger than scaleMax (${resolved.scaleMax}).`,
    );
  if (resolved.size % 32)
    throw new AppError('usage', `size must be a multiple of 32, and ${resolved.size} is not.`);
  return resolved;
}

/** @throws AppError('usage') for one that would change nothing. */
function liveSettings(settings: Settings): Settings {
  const defaults = defaultSettings(LIVE);
  const own: readonly SettingName[] = LIVE_SETTINGS;
  const useless = (Object.keys(SETTINGS) as SettingName[]).find(
    (name) => !own.includes(name) && settings[name] !== defaults[name],
  );
  if (useless !== undefined)
    throw new AppError(
      'usage',
      `${useless} changes nothing for the network "live", which is learned in seconds; its settings are ${own.slice(1).join(', ')}.`,
    );
  return settings.steps > 0 ? settings : { ...settings, steps: defaults.steps };
}

/** Whether time, and not another limit, leaves `unet-quick` few steps. A GPU makes enough of them in any minute. */
const isShort = ({ network, minutes, device }: Settings): boolean =>
  network === 'unet-quick' && minutes > 0 && minutes <= SHORT_MINUTES && device !== 'gpu';

function lossSettings(given: string | number | boolean): Partial<Settings> {
  const name = LOSS_NAMES.find((known) => known === given);
  if (name) return LOSSES[name];
  throw new AppError('usage', `loss must be one of ${LOSS_NAMES.join(', ')}, and "${given}" is not.`);
}

/** One value, checked against the schema. */
export function parseSetting(name: SettingName, given: string | number | boolean): string | number | boolean {
  const definition: SettingDefinition = SETTINGS[name];
  const wrong = (must: string) => new AppError('usage', `${name} must be ${must}, and "${given}" is not.`);
  switch (definition.type) {
    case 'boolean': {
      const text = String(given).toLowerCase();
      if (['true', 'on', 'yes', '1'].includes(text)) return true;
      if (['false', 'off', 'no', '0'].includes(text)) return false;
      throw wrong('on or off');
    }
    case 'choice':
      if (!definition.choices.includes(String(given))) throw wrong(`one of ${definition.choices.join(', ')}`);
      return String(given);
    case 'text':
      if (!/^(none|frequency|\d+(\.\d+)?(,\d+(\.\d+)?)+)$/.test(String(given)))
        throw wrong('none, frequency or numbers separated by commas');
      return String(given);
    default: {
      const value = typeof given === 'string' && given.trim() === '' ? NaN : Number(given);
      const { type, min, max } = definition;
      if (
        !Number.isFinite(value) ||
        value < min ||
        value > max ||
        (type === 'integer' && !Number.isInteger(value))
      )
        throw wrong(`${type === 'integer' ? 'a whole number' : 'a number'} from ${min} to ${max}`);
      return value;
    }
  }
}

/** What other programs call some settings, in lower case. */
const ALIASES: Record<string, SettingName> = {
  learningrate: 'lr',
  learning_rate: 'lr',
  batchsize: 'batch',
  batch_size: 'batch',
  dice: 'diceWeight',
  gammaloss: 'focalGamma',
  imgsz: 'size',
};

function requireKnown(name: string): void {
  if (Object.hasOwn(SETTINGS, name)) return;
  const names = Object.keys(SETTINGS);
  const alias = ALIASES[name.toLowerCase()];
  const nearest =
    alias ??
    names.reduce((best, other) =>
      editDistance(name.toLowerCase(), other.toLowerCase()) <
      editDistance(name.toLowerCase(), best.toLowerCase())
        ? other
        : best,
    );
  throw new AppError(
    'usage',
    `There is no setting "${name}"; did you mean "${nearest}"? "train --help settings" lists them.`,
  );
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
