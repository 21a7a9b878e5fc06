/** `brushfield train --help settings`: the settings schema as text. */
import { LOSSES, RECIPES } from '../../shared/settings-recipes.js';
import { SETTINGS, type LearnerName, type SettingDefinition } from '../../shared/settings.js';

const GROUPS: Record<SettingDefinition['group'], string> = {
  network: 'Network',
  input: 'Input',
  budget: 'Budget',
  optimiser: 'Optimiser',
  loss: 'Loss',
  sampling: 'Sampling',
  augmentation: 'Augmentation',
  run: 'Run',
};

/** Whether a command line asks for this text, in either order of `--help` and `settings`. */
export const asksForSettings = (argv: readonly string[]): boolean =>
  argv[0] === 'train' &&
  argv.includes('settings') &&
  argv.some((argument) => argument === '--help' || argument === '-h');

export function settingsHelp(): string {
  const blocks = Object.entries(GROUPS).map(([group, title]) => {
    const entries = Object.entries(SETTINGS as Record<string, SettingDefinition>)
      .filter(([, definition]) => definition.group === group)
      .map(([name, definition]) => settingText(name, definition));
    if (group === 'loss') entries.unshift(lossText());
    return `${title}\n${entries.join('\n')}`;
  });
  return [
    'Settings of "brushfield train PROJECT --set NAME=VALUE …" (the network given by --set network or --network changes the defaults that are marked)',
    ...blocks,
  ].join('\n\n');
}

const NAME_WIDTH = 15;

function settingText(name: string, definition: SettingDefinition): string {
  const values = valuesOf(definition);
  const unit = definition.unit ? ` ${definition.unit}` : '';
  const others = recipeDefaults(name);
  const head = `  ${name.padEnd(NAME_WIDTH)} ${values}${unit}; default ${show(definition.default)}${others}`;
  return `${head}\n  ${' '.repeat(NAME_WIDTH)} ${definition.help}`;
}

function lossText(): string {
  const lines = Object.entries(LOSSES).map(
    ([name, settings]) =>
      `${name}: ${Object.entries(settings)
        .map(([setting, value]) => `${setting}=${value}`)
        .join(' ')}`,
  );
  return [
    `  ${'loss'.padEnd(NAME_WIDTH)} short for the next three`,
    ...lines.map((line) => `  ${' '.repeat(NAME_WIDTH)} ${line}`),
  ].join('\n');
}

function valuesOf(definition: SettingDefinition): string {
  switch (definition.type) {
    case 'boolean':
      return 'on or off';
    case 'choice':
      return definition.choices.join(' | ');
    case 'text':
      return 'text';
    default:
      return `${definition.type === 'integer' ? 'whole number' : 'number'} ${definition.min} … ${definition.max}`;
  }
}

/** Where a network's recipe has another default, e.g. ` (unet-mini: 224)`. */
function recipeDefaults(name: string): string {
  const others = Object.entries(RECIPES)
    .filter(([, recipe]) => Object.hasOwn(recipe, name))
    .map(([network, recipe]) => `${network as LearnerName}: ${show(recipe[name as keyof typeof recipe])}`);
  return others.length ? ` (${others.join(', ')})` : '';
}

const show = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
