/** What every command has in common: `--json`, `--quiet`, examples in its help, a terminal and a signal to stop. */
import { Command, Option } from 'commander';
import { DEVICES, numberIn, oneOf } from './choices.js';
import { interruptSignal } from './interrupt.js';
import { createTerminal, type Terminal } from './terminal.js';

export interface CommandDescription {
  /** Name and arguments as commander reads them, e.g. `split <project>`. */
  usage: string;
  summary: string;
  /** More about it, below the summary. */
  details?: string;
  /** Command lines without the program's name, each with what it does. */
  examples: readonly (readonly [string, string])[];
}

export interface Context {
  terminal: Terminal;
  /** Aborted by the first Ctrl+C. */
  signal: AbortSignal;
}

export interface CommonOptions {
  json?: boolean;
  quiet?: boolean;
}

/** A command with the common options; add arguments' options and an `action(run(…))`. */
export function describeCommand({ usage, summary, details, examples }: CommandDescription): Command {
  const name = usage.split(' ', 1)[0]!;
  const command = new Command(name)
    .summary(summary)
    .description(details ? `${summary}\n\n${details}` : summary);
  const rest = usage.slice(name.length).trim();
  if (rest) command.arguments(rest);
  const longest = Math.max(0, ...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  brushfield ${line.padEnd(longest)}   ${what}`);
  if (lines.length) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  return strict(command);
}

/** Adds `--json` and `--quiet`; called last, so that they stand below the command's own options. */
export const withCommonOptions = (command: Command): Command =>
  command
    .addOption(new Option('--json', 'print the result as JSON'))
    .addOption(new Option('--quiet', 'print the result and errors only'));

/** Adds the options of commands that compute. */
export const withEngineOptions = (command: Command): Command =>
  command
    .option('--device <device>', 'auto, cpu or gpu', oneOf('--device', DEVICES))
    .option(
      '--threads <n>',
      'threads TensorFlow may use',
      numberIn('--threads', { min: 1, max: 1024, integer: true }),
    );

/** Errors are thrown for `main` to print in our words, with no second line from commander. */
export const strict = (command: Command): Command =>
  command
    .exitOverride()
    .configureOutput({ outputError: () => undefined, writeErr: () => undefined })
    .helpCommand(false);

/**
 * Makes an action of a function that gets a context before the arguments and options. The number it returns is the exit code; nothing is 0.
 */
export function run<Arguments extends unknown[]>(
  work: (context: Context, ...given: Arguments) => Promise<number | void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander appends the command itself.
    const command = given.pop() as Command;
    const { json = false, quiet = false } = command.opts<CommonOptions>();
    const terminal = createTerminal({
      json,
      quiet,
      stdout: process.stdout,
      stderr: process.stderr,
      color: Boolean(process.stderr.isTTY) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    });
    try {
      process.exitCode =
        (await work({ terminal, signal: interruptSignal(terminal) }, ...(given as Arguments))) ?? 0;
    } finally {
      terminal.clear();
    }
  };
}
