/** The guide's tables against the commands of the window; `BRUSHFIELD_WRITE_GUIDE=1` writes the table of keys anew. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND_GROUPS, COMMANDS } from '../../src-renderer/editor/commands.js';
import { chordLabel } from '../../src-renderer/editor/key-chords.js';
import { packageRoot } from '../../src-main/disk/package-root.js';

const folder = join(packageRoot(), 'docs');
const file = join(folder, 'guide.md');
const guide = readFileSync(file, 'utf8');
const KEYS = /(?<=<!-- keys -->\n)[^]*?(?=<!-- \/keys -->)/;

const keysText = (keys: readonly string[]): string =>
  keys.map((key) => `\`${chordLabel(key, false)}\``).join(' or ');

function keyTable(): string {
  const rows = COMMAND_GROUPS.flatMap((group) =>
    COMMANDS.filter((command) => command.group === group && command.keys.length).map(
      ({ title, keys }) => `| ${group} | ${title} | ${keysText(keys)} |\n`,
    ),
  );
  return `\n| | command | keys |\n|---|---|---|\n${rows.join('')}\n`;
}

test('the table of keys in the guide is that of the program', () => {
  if (process.env['BRUSHFIELD_WRITE_GUIDE'] === '1') writeFileSync(file, guide.replace(KEYS, keyTable));
  else expect(guide.match(KEYS)?.[0]).toBe(keyTable());
});

test('every tool is in the table of tools with its key', () => {
  for (const { id, title, keys } of COMMANDS)
    if (id.startsWith('tool-') || id === 'erase')
      expect(guide).toContain(`| ${title} | ${keysText(keys)} | `);
});

test('every picture and every page that the guide shows is there', () => {
  const places = [...guide.matchAll(/\]\(([^)#]+)\)/g)].map(([, place]) => place!);
  expect(places.length).toBeGreaterThan(4);
  for (const place of places) expect(existsSync(join(folder, place)), place).toBe(true);
});
