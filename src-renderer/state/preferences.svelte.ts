/** What a person chose on this machine, kept by the core; the window shows it at once and saves behind. */
import type { AppApi, Preferences } from '../../src-main/shared/app-api.js';

const DEFAULTS: Preferences = { theme: 'system', keys: {}, window: {} };
/** A slider that is dragged writes once, not a hundred times. */
const SAVED_AFTER_MS = 400;

export class WindowPreferences {
  current = $state.raw<Preferences>(DEFAULTS);
  #api: AppApi | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsaved: Partial<Preferences> = {};

  async load(api: AppApi): Promise<void> {
    this.#api = api;
    this.current = { ...DEFAULTS, ...(await api.preferences({})), ...this.#unsaved };
  }

  setTheme(theme: Preferences['theme']): void {
    this.#set({ theme });
  }

  /** Command id → chord, as `editor/keymap.ts` makes them. */
  setKeys(keys: Readonly<Record<string, string>>): void {
    this.#set({ keys: { ...keys } });
  }

  /** A setting of the window's layout or of a tool, or `fallback` when it was never set or is of another type. */
  get<T extends number | string | boolean>(name: string, fallback: T): T {
    const value = this.current.window[name];
    return typeof value === typeof fallback ? (value as T) : fallback;
  }

  set(name: string, value: number | string | boolean): void {
    this.#set({ window: { ...this.current.window, [name]: value } });
  }

  #set(part: Partial<Preferences>): void {
    this.current = { ...this.current, ...part };
    this.#unsaved = { ...this.#unsaved, ...part };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), SAVED_AFTER_MS);
  }

  /** Writes what has not been written yet; a failure leaves it for the next time. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    const part = this.#unsaved;
    if (!this.#api || Object.keys(part).length === 0) return;
    this.#unsaved = {};
    try {
      await this.#api.setPreferences(part);
    } catch {
      // Layout is not worth a message; the values stay in force in this window.
      this.#unsaved = { ...part, ...this.#unsaved };
    }
  }
}
