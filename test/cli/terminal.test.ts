import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { bar, createTerminal } from '../../src-main/hosts/cli/terminal.js';
import { bytes, duration, textTable } from '../../src-main/hosts/cli/text-table.js';

function terminal(options: { json?: boolean; quiet?: boolean; tty?: boolean } = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { json = false, quiet = false, tty = false } = options;
  const shown = createTerminal({
    json,
    quiet,
    color: false,
    stdout,
    stderr: Object.assign(stderr, { isTTY: tty, columns: 40 }),
  });
  return {
    shown,
    out: () => String(stdout.read() ?? ''),
    err: () => String(stderr.read() ?? ''),
  };
}

it('draws the bar on a terminal only, within its width, and takes it away before a line', () => {
  const { shown, err } = terminal({ tty: true });
  shown.progress({ done: 0.5, text: 'x'.repeat(100) });
  shown.message('a line');
  const drawn = err();
  expect(drawn.split('\r\x1b[K')[1]).toHaveLength(39);
  expect(drawn.endsWith('\r\x1b[Ka line\n')).toBe(true);

  const plain = terminal();
  plain.shown.progress({ done: 0.5, text: 'x' });
  expect(plain.err()).toBe('');
});

it('prints results as JSON or text to stdout, and with --quiet nothing else', () => {
  const json = terminal({ json: true, quiet: true, tty: true });
  json.shown.message('hidden');
  json.shown.warning('hidden');
  json.shown.progress({ done: 1, text: 'hidden' });
  json.shown.result({ a: 1 }, () => 'text');
  expect([json.out(), json.err()]).toEqual(['{"a":1}\n', '']);

  const text = terminal();
  text.shown.result({ a: 1 }, () => 'text\n');
  expect(text.out()).toBe('text\n');
});

it('draws bars of full width and whole percentages', () => {
  expect(bar(0, 4)).toBe('░░░░   0 %');
  expect(bar(0.5, 4)).toBe('██░░  50 %');
  expect(bar(2, 4)).toBe('████ 100 %');
});

it('aligns columns by what is shown, not by code units', () => {
  const table = textTable(
    [{ title: 'Name' }, { title: 'n', align: 'right' }],
    [
      ['Zelle', '1'],
      ['Kerne', '12'],
      ['é', '3'],
    ],
  );
  expect(table.split('\n')).toEqual(['Name    n', '─────  ──', 'Zelle   1', 'Kerne  12', 'é       3']);
});

it('says durations and sizes in units people use', () => {
  expect([0.4, 59, 60, 200, 3660, 7500].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '3 min 20 s',
    '1 h 01 min',
    '2 h 05 min',
  ]);
  expect([512, 1600, 274e6, 1.2e9].map(bytes)).toEqual(['512 B', '1.6 kB', '274 MB', '1.2 GB']);
});
