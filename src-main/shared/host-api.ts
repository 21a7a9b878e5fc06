/**
 * What Electron's main process does for a window besides relaying to the core: dialogs, title, menu, closing. Served
 * with `shared/rpc.ts` on a port of its own; a page in a browser has no such port and does these things itself.
 *
 * How a window gets its ports: it listens for a `message` event of its own origin whose data is `PORTS_MESSAGE`, then
 * calls `window.brushfieldHost.connect()`. The event's `ports` are [core (AppApi), host (HostApi)]. Calling `connect`
 * again closes the former ports and their session and brings new ones, on a new core if the former has died.
 */
import type { Call } from './rpc.js';

/** What the preload script puts on `window` as `brushfieldHost`; missing in a browser. */
export interface PreloadBridge {
  connect(): void;
  /** Absolute path of a dropped file or folder; empty for one that is not on disk. `file` is a DOM `File`. */
  pathOf(file: unknown): string;
}

/** The `data` of the event that brings the ports. */
export const PORTS_MESSAGE = 'brushfield-ports';

/**
 * `project`: one project folder; `images`: image files; `images-folder`: one folder; `labels`: mask files;
 * `weights`: one file of weights; `folder`: one folder to write into, which may be made in the dialog.
 */
export type PickKind = 'project' | 'images' | 'images-folder' | 'labels' | 'weights' | 'folder';

/** One entry of the application menu; `id` is a command's. */
export interface MenuCommand {
  id: string;
  title: string;
  /** As the window shows it, e.g. `Ctrl+Z`, `Shift+B`; shown beside the title, the window itself acts on the keys. */
  keys?: string;
  enabled?: boolean;
  checked?: boolean;
}

export interface MenuSection {
  title: string;
  items: (MenuCommand | 'separator')[];
}

/** Pushed for as long as `hostEvents` runs. */
export type HostEvent =
  /** A menu entry was chosen. */
  | { kind: 'command'; id: string }
  /** A project was opened from the desktop, another start of the program or the list of recent documents. */
  | { kind: 'open-project'; folder: string }
  /** The window is about to close: save what is not saved, then call `flushed`. It closes after 5 s in any case. */
  | { kind: 'flush' }
  /** The core has died; say the sentence, then `connect` again and open the project again. */
  | { kind: 'core-ended'; sentence: string };

type Answer<Params, Result, Event = never> = (params: Params, call?: Call<Event>) => Promise<Result>;
type Nothing = Record<string, never>;

export interface HostApi {
  /** Ends only when its signal does. A project named on the command line is the first event. */
  hostEvents: Answer<Nothing, void, HostEvent>;
  /** Absolute paths; empty when the dialog was dismissed. `folder`: where it starts. */
  pickOpen: Answer<{ kind: PickKind; title: string; folder?: string }, string[]>;
  /** Absolute path for something new; null when the dialog was dismissed. `defaultPath`: a name, or a path. */
  pickSave: Answer<{ title: string; defaultPath: string }, string | null>;
  /** `project`: the open project's folder, kept among the recent documents; null: none is open. */
  setTitle: Answer<{ title: string; project: string | null }, void>;
  /** Replaces the menu; sent again whenever something in it changes. */
  setMenu: Answer<{ sections: MenuSection[] }, void>;
  /** Shows a folder in the desktop's file manager. @throws AppError('not-found') when it is no folder. */
  openFolder: Answer<{ folder: string }, void>;
  /** Another window, on a project or on the welcome page. */
  newWindow: Answer<{ project: string | null }, void>;
  /** Answers the event `flush`. `unsaved`: images with strokes that could not be saved; the person is asked first. */
  flushed: Answer<{ unsaved: number }, void>;
  /** Closes this window, as its close button does. */
  closeWindow: Answer<Nothing, void>;
}
