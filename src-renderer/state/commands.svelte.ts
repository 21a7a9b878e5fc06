/**
 * All commands of the window in one list: menu, toolbar, keys, palette and shortcut sheet show and run the same
 * objects. A person's own keys stand in the preferences.
 */
import { untrack } from 'svelte';
import type { MenuSection } from '../../src-main/shared/host-api.js';
import { strings } from '../strings.js';
import { chordOf, type KeyPress } from './chords.js';
import type { WindowPreferences } from './preferences.svelte.js';

export interface Command {
  id: string;
  title: string;
  /** Under which heading it stands. */
  group: string;
  /** Chords as `chordOf` writes them; the first is shown. */
  keys: readonly string[];
  enabled(): boolean;
  run(): unknown;
}

export class Commands {
  #sets = $state.raw<readonly (readonly Command[])[]>([]);
  readonly list: readonly Command[] = $derived(this.#sets.flat());
  #byChord = $derived(this.#chords());

  constructor(private readonly preferences: WindowPreferences) {}

  /** Adds commands for as long as they make sense. Returns a function that takes them out again. */
  register(commands: readonly Command[]): () => void {
    // Registered from an effect, which must not follow what it changes itself.
    this.#sets = untrack(() => [...this.#sets, commands]);
    return () => {
      this.#sets = untrack(() => this.#sets.filter((set) => set !== commands));
    };
  }

  /** The chords in force; a command that lost its key to a person's choice has none. */
  keysOf(command: Command): readonly string[] {
    const own = this.preferences.current.keys[command.id];
    if (own !== undefined) return own === '' ? [] : [own];
    return command.keys;
  }

  #chords(): Map<string, Command> {
    const chords = new Map<string, Command>();
    for (const command of this.list)
      for (const chord of this.keysOf(command)) if (!chords.has(chord)) chords.set(chord, command);
    return chords;
  }

  /** The command that a chord means now. */
  commandOf(chord: string): Command | undefined {
    return this.#byChord.get(chord);
  }

  find(id: string): Command | undefined {
    return this.list.find((command) => command.id === id);
  }

  run(id: string): void {
    const command = this.find(id);
    if (command?.enabled()) command.run();
  }

  /** Runs what a key press means. Returns whether it meant something, enabled or not. */
  press(press: KeyPress): boolean {
    const chord = chordOf(press);
    const command = chord === null ? undefined : this.commandOf(chord);
    if (command?.enabled()) command.run();
    return command !== undefined;
  }

  /** The headings of some commands as they first appear, help last, where people look for it. */
  groups(commands: readonly Command[]): string[] {
    const groups = new Set(commands.map((command) => command.group));
    const { help } = strings.commands.groups;
    return groups.delete(help) ? [...groups, help] : [...groups];
  }

  /** The native menu: a section for every group. */
  menu(): MenuSection[] {
    return this.groups(this.list).map((title) => ({
      title,
      items: this.list
        .filter((command) => command.group === title)
        .map((command) => {
          const [keys] = this.keysOf(command);
          return {
            id: command.id,
            title: command.title,
            enabled: command.enabled(),
            ...(keys !== undefined && { keys }),
          };
        }),
    }));
  }
}
