/**
 * All commands of the window in one list: menu, toolbar, keys, palette and shortcut sheet show and run the same
 * objects. A person's own keys stand in the preferences.
 */
import { untrack } from 'svelte';
import type { MenuSection } from '../../src-main/shared/host-api.js';
import { COMMAND_GROUPS, type Command } from '../editor/commands.js';
import { chordLabel, chordOf, type KeyPress } from '../editor/key-chords.js';
import { Keymap } from '../editor/keymap.js';
import type { WindowPreferences } from './preferences.svelte.js';

/** A command with all that it acts on. */
export interface WindowCommand extends Omit<Command, 'enabled' | 'waits' | 'run' | 'release'> {
  enabled(): boolean;
  /** Whether its key counts although it is not enabled yet. */
  waits?(): boolean;
  run(): unknown;
  /** When its key is let go. */
  release?(heldMs: number): void;
}

export class Commands {
  readonly #preferences: WindowPreferences;
  #sets = $state.raw<readonly (readonly WindowCommand[])[]>([]);
  /** Whether Cmd takes the place of Ctrl. */
  mac = $state(false);
  readonly list: readonly WindowCommand[] = $derived(
    COMMAND_GROUPS.flatMap((group) => this.#sets.flat().filter((command) => command.group === group)),
  );
  readonly keymap: Keymap<WindowCommand> = $derived.by(
    () => new Keymap(this.list, this.#preferences.current.keys),
  );
  #held = new Map<string, { command: WindowCommand; since: number }>();

  constructor(preferences: WindowPreferences) {
    this.#preferences = preferences;
  }

  /** Adds commands for as long as they make sense. Returns a function that takes them out again. */
  register(commands: readonly WindowCommand[]): () => void {
    // Registered from an effect, which must not follow what it changes itself.
    this.#sets = untrack(() => [...this.#sets, commands]);
    return () => {
      this.#sets = untrack(() => this.#sets.filter((set) => set !== commands));
    };
  }

  find(id: string): WindowCommand | undefined {
    return this.list.find((command) => command.id === id);
  }

  run(id: string): void {
    const command = this.find(id);
    if (command?.enabled()) command.run();
  }

  /** Keys of a command as a person reads them. */
  keysOf(command: WindowCommand): string[] {
    return this.keymap.keysOf(command).map((chord) => chordLabel(chord, this.mac));
  }

  /** `Undo (Ctrl+Z)`, for the title of a button. */
  titleOf(id: string): string {
    const command = this.find(id);
    const [keys] = command ? this.keysOf(command) : [];
    return (command?.title ?? '') + (keys === undefined ? '' : ` (${keys})`);
  }

  /** Runs what a key press means. Returns whether it meant something, enabled or not. */
  press(press: KeyPress & { repeat: boolean; timeStamp: number }): boolean {
    const chord = chordOf(press, this.mac);
    const command = chord === null ? null : this.keymap.commandFor(chord);
    if (!command) return false;
    const counts = command.enabled() || command.waits?.();
    if (!counts || (press.repeat && command.release)) return true;
    command.run();
    if (command.release) this.#held.set(press.code, { command, since: press.timeStamp });
    return true;
  }

  /** Ends what lasts while a key is held. */
  letGo({ code, timeStamp }: { code: string; timeStamp: number }): void {
    const held = this.#held.get(code);
    this.#held.delete(code);
    held?.command.release?.(timeStamp - held.since);
  }

  /** The window lost the keys: nobody will hear of them being let go. */
  letGoAll(timeStamp: number): void {
    for (const code of [...this.#held.keys()]) this.letGo({ code, timeStamp });
  }

  /** The headings of some commands, in the order of the list. */
  groups(commands: readonly WindowCommand[]): WindowCommand['group'][] {
    const present = new Set(commands.map((command) => command.group));
    return COMMAND_GROUPS.filter((group) => present.has(group));
  }

  /** The native menu: a section for every group. */
  menu(): MenuSection[] {
    return this.groups(this.list).map((title) => ({
      title,
      items: this.list
        .filter((command) => command.group === title)
        .map((command) => {
          const [chord] = this.keymap.keysOf(command);
          const keys = chord?.replace('Mod', this.mac ? 'Cmd' : 'Ctrl').replace('Arrow', '');
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
