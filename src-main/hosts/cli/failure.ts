/** One sentence and an exit code for anything that a command throws. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { appVersion } from '../../disk/package-root.js';
import { logFolder } from '../../core/user-folder.js';
import { isAppError, messageOf } from '../../shared/errors.js';
import { EXIT_INTERRUPTED } from './interrupt.js';

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_SOME_FAILED = 3;

export interface Failure {
  /** Empty when there is nothing to say (help and version). */
  sentence: string;
  exitCode: number;
}

export function failureOf(error: unknown, argv: readonly string[]): Failure {
  if (error instanceof CommanderError)
    return error.exitCode === 0
      ? { sentence: '', exitCode: 0 }
      : { sentence: usageSentence(error, argv), exitCode: EXIT_USAGE };
  if (isAppError(error)) {
    const codes: Partial<Record<string, number>> = { usage: EXIT_USAGE, stopped: EXIT_INTERRUPTED };
    return { sentence: oneLine(error.message), exitCode: codes[error.code] ?? EXIT_FAILED };
  }
  return { sentence: bugSentence(error, argv), exitCode: EXIT_FAILED };
}

/** Commander's message in our words, on one line, with the nearest name it found. */
function usageSentence(error: CommanderError, argv: readonly string[]): string {
  const help = `see "brushfield ${commandOf(argv)}--help"`;
  if (error.code === 'commander.help') return `No command was given; ${help}.`;
  const [first = '', second = ''] = error.message.replace(/^error: /, '').split('\n');
  const nearest = /Did you mean (?:one of )?(.*?)\?/.exec(second)?.[1]?.replace(/, ([^,]*)$/, ' or $1');
  const quoted = /'([^']*)'/.exec(first)?.[1] ?? '';
  const hint = nearest ? `; did you mean ${nearest}?` : `; ${help}.`;
  switch (error.code) {
    case 'commander.unknownOption':
      return `There is no option ${quoted}${hint}`;
    case 'commander.unknownCommand':
      return `There is no command "${quoted}"${hint}`;
    case 'commander.missingArgument':
      return `${quoted.toUpperCase()} is missing; ${help}.`;
    case 'commander.optionMissingArgument':
      return `The option ${quoted} needs a value; ${help}.`;
    case 'commander.missingMandatoryOptionValue':
      return `The option ${quoted} must be given; ${help}.`;
    case 'commander.excessArguments':
      return `${first[0]?.toUpperCase()}${first.slice(1).replace(/\.$/, '').replace('. Expected', ': expected')}; ${help}.`;
    default:
      return oneLine(`${first[0]?.toUpperCase()}${first.slice(1)}`);
  }
}

const commandOf = (argv: readonly string[]): string => {
  const name = argv.find((argument) => !argument.startsWith('-'));
  return name && /^[a-z]+$/.test(name) ? `${name} ` : '';
};

/** Keeps the stack in a log, where a report can take it from. */
function bugSentence(error: unknown, argv: readonly string[]): string {
  const log = join(logFolder(), 'bugs.log');
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    mkdirSync(logFolder(), { recursive: true });
    appendFileSync(
      log,
      `${new Date().toISOString()} brushfield ${appVersion()} node ${process.version}: ${argv.join(' ')}\n${stack}\n\n`,
    );
  } catch {
    return `This is a bug in Brushfield: ${oneLine(messageOf(error))} (its details could not be kept in ${log}).`;
  }
  return `This is a bug in Brushfield: ${oneLine(messageOf(error))}; its details are in ${log}.`;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();
