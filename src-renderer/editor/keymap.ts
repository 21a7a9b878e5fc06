/** Which key runs which command: the defaults of `commands.ts`, and what a person chose instead. */
import { AppError } from '../../src-main/shared/errors.js';
import { chordLabel, normalisedChord } from './key-chords.js';

/** Command id → the one chord that replaces its defaults; '' : none. Kept by the caller. */
export type KeyChoices = Readonly<Record<string, string>>;

/** What is needed of a command. */
export interface KeyedCommand {
  id: string;
  title: string;
  keys: readonly string[];
}

export class Keymap<Command extends KeyedCommand = KeyedCommand> {
  private readonly byChord = new Map<string, Command>();

  /** Choices for commands that are gone, or that are no chords, count as not made: they come from a file. */
  constructor(
    commands: readonly Command[],
    readonly choices: KeyChoices = {},
  ) {
    // What a person chose comes before a default, whatever their order.
    for (const chosen of [true, false])
      for (const command of commands)
        if ((this.choiceOf(command) !== undefined) === chosen)
          for (const chord of this.wantedKeys(command))
            if (!this.byChord.has(chord)) this.byChord.set(chord, command);
  }

  /** The command of a chord, or null. */
  commandFor(chord: string): Command | null {
    return this.byChord.get(chord) ?? null;
  }

  /** Chords that run a command, the first to be shown. */
  keysOf(command: Command): string[] {
    return this.wantedKeys(command).filter((chord) => this.byChord.get(chord) === command);
  }

  /** The command that has a chord already, if it is another one. */
  conflict(command: Command, chord: string): Command | null {
    const owner = this.commandFor(normalisedChord(chord));
    return owner === command ? null : owner;
  }

  /**
   * The choices with another chord for a command; '' takes its keys away, null brings the defaults back.
   * @throws AppError('usage') when another command has the chord.
   */
  rebound(command: Command, chord: string | null, mac = false): KeyChoices {
    const others = Object.fromEntries(Object.entries(this.choices).filter(([id]) => id !== command.id));
    if (chord === null) return others;
    if (chord === '') return { ...others, [command.id]: '' };
    const other = this.conflict(command, chord);
    if (other)
      throw new AppError(
        'usage',
        `${chordLabel(normalisedChord(chord), mac)} is already the key of "${other.title}"; choose another, or take it from that command first.`,
      );
    return { ...others, [command.id]: normalisedChord(chord) };
  }

  private wantedKeys(command: Command): readonly string[] {
    const choice = this.choiceOf(command);
    return choice === undefined ? command.keys : choice === '' ? [] : [choice];
  }

  private choiceOf({ id }: Command): string | undefined {
    const choice = Object.hasOwn(this.choices, id) ? this.choices[id] : undefined;
    if (typeof choice !== 'string' || choice === '') return choice === '' ? '' : undefined;
    try {
      return normalisedChord(choice);
    } catch {
      return undefined;
    }
  }
}

/** Input types in which keys are typed; in all others (checkbox, range, button) they may be commands. */
const TYPED = new Set([
  'text',
  'search',
  'number',
  'email',
  'url',
  'tel',
  'password',
  'date',
  'time',
  'color',
  '',
]);

/** Whether an element takes what is typed, so that keys are dead. */
export function isTypingTarget(
  element: { tagName?: string; type?: string; isContentEditable?: boolean } | null,
): boolean {
  if (!element) return false;
  if (element.isContentEditable) return true;
  const tag = element.tagName?.toUpperCase();
  return tag === 'TEXTAREA' || tag === 'SELECT' || (tag === 'INPUT' && TYPED.has(element.type ?? ''));
}

/** Commands whose title holds every word of a text, those that begin with it first: for the palette. */
export function searchCommands<Command extends { title: string; group: string }>(
  commands: readonly Command[],
  text: string,
): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title, group }) => {
    const all = `${title} ${group}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const rank = ({ title }: Command) => (title.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}
