/** Aligned tables and the few number formats of the command line. */

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** Rows under titles, columns two spaces apart; a number-like column is best aligned right. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align = 'left' }, i) => {
        const space = ' '.repeat(Math.max(0, widths[i]! - width(cells[i] ?? '')));
        return align === 'right' ? space + (cells[i] ?? '') : (cells[i] ?? '') + space;
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths
      .map((n) => '─'.repeat(n))
      .join('  ')
      .trimEnd(),
    ...rows.map(line),
  ].join('\n');
}

/** `name: value` lines with the values aligned. */
export function textPairs(pairs: readonly (readonly [string, string])[]): string {
  const longest = Math.max(0, ...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `${name}${' '.repeat(longest - width(name))}  ${value}`).join('\n');
}

// Combining marks take no column of their own.
const width = (text: string): number => [...text.normalize('NFC').replace(/\p{Mark}/gu, '')].length;

/** A share or score, 0 … 1, with three digits; a dash for one that is not defined. */
export const score = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(3);

/** 1234567 as `1,234,567`. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 image`, `2 images`. */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** Seconds as `48 s`, `3 min 20 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Bytes as `512 B`, `1.6 MB`. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  return `${power && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
