/** What a command says and where: results to stdout, progress and messages to stderr, a bar only on a terminal. */
import type { Writable } from 'node:stream';

export interface OutputStream extends Writable {
  isTTY?: boolean;
  columns?: number;
}

export interface TerminalOptions {
  /** Results as JSON, one object a line. */
  json: boolean;
  /** Errors and results only. */
  quiet: boolean;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Whether to use colour: a terminal that can, and no NO_COLOR (no-color.org). */
  color: boolean;
}

export interface Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether a bar is drawn; otherwise lines now and then take its place. */
  readonly interactive: boolean;
  /** Prints a result: the value with `--json`, the text otherwise. */
  result(value: unknown, text: () => string): void;
  /** A line for people on stderr; nothing with `--quiet`. */
  message(text: string): void;
  /** Like `message`, marked as a warning. */
  warning(text: string): void;
  /** Redraws the one line of progress; on something that is no terminal, nothing. */
  progress(state: Progress): void;
  /** Takes the line of progress away. */
  clear(): void;
  readonly style: Style;
}

export interface Progress {
  /** 0 … 1; null when no end is known. */
  done: number | null;
  text: string;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  yellow(text: string): string;
}

const REDRAW_MS = 100;
const BAR_WIDTH = 24;

export function createTerminal({ json, quiet, stdout, stderr, color }: TerminalOptions): Terminal {
  const interactive = Boolean(stderr.isTTY) && !quiet;
  const style = createStyle(color);
  let shown = false;
  let lastDraw = -Infinity;

  const clear = () => {
    if (shown) stderr.write('\r\x1b[K');
    shown = false;
  };
  const line = (text: string) => {
    if (quiet) return;
    clear();
    stderr.write(`${text}\n`);
  };

  return {
    json,
    quiet,
    interactive,
    style,
    clear,
    message: line,
    warning: (text) => line(`${style.yellow('Warning:')} ${text}`),
    result(value, text) {
      clear();
      stdout.write(`${json ? JSON.stringify(value) : text().trimEnd()}\n`);
    },
    progress({ done, text }) {
      const now = performance.now();
      if (!interactive || (now - lastDraw < REDRAW_MS && done !== 1)) return;
      lastDraw = now;
      shown = true;
      const drawn = done === null ? text : `${bar(done)} ${text}`;
      stderr.write(`\r\x1b[K${drawn.slice(0, (stderr.columns || 80) - 1)}`);
    },
  };
}

/** A bar of eighths of a character, e.g. `█████▍░░░░  54 %`. */
export function bar(done: number, width = BAR_WIDTH): string {
  const share = Math.min(1, Math.max(0, done));
  const eighths = Math.round(share * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  const part = eighths % 8 ? '▏▎▍▌▋▊▉'[(eighths % 8) - 1]! : '';
  return `${(full + part).padEnd(width, '░')} ${String(Math.round(share * 100)).padStart(3)} %`;
}

function createStyle(color: boolean): Style {
  const paint = (open: number, close: number) => (text: string) =>
    color ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return { bold: paint(1, 22), dim: paint(2, 22), yellow: paint(33, 39) };
}
