/**
 * What a host (Electron's main process, the web server) and the core process it forks say to each other, over process
 * IPC with `serialization: 'advanced'`. One core serves every window of its host; a session is one window's connection.
 * The client side is `core/app/core-process.ts`, the serving side `hosts/core/worker.ts`.
 */

export type HostKind = 'electron' | 'web';

/** Largest part of an upload in one message; the next is sent when it was taken. */
export const UPLOAD_CHUNK_BYTES = 1 << 20;

/** What a request is answered with; `type` is a media type, `bytes` the body: where pixels cannot be had, a sentence. */
export interface PixelResponse {
  /** 200, 204 for a prediction that is not there yet, 404 for a session, image, level or tile that is not there, 410 for a file that is gone or was changed, 499 when it was dropped, else 400 or 500. */
  status: number;
  type: string;
  bytes: Uint8Array;
}

/** Numbers are chosen by the host: each `session` and each `id` is used once in the life of a core. */
export type ToCore =
  | { kind: 'open'; session: number }
  /** A message of `shared/rpc.ts`, as the window posted it. */
  | { kind: 'message'; session: number; message: unknown }
  /** The window is gone; what it was doing is stopped. */
  | { kind: 'close'; session: number }
  /** `path` as in `app-urls.ts`, with neither host nor query. */
  | { kind: 'pixels'; id: number; path: string }
  /** Nobody waits for this answer any more; pixels or upload. It is answered all the same. */
  | { kind: 'drop'; id: number }
  /** `path` as `uploadUrl` makes it; parts follow, then the end. */
  | { kind: 'upload'; id: number; path: string }
  | { kind: 'upload-part'; id: number; bytes: Uint8Array }
  | { kind: 'upload-end'; id: number };

export type FromCore =
  /** Once, when it can serve. */
  | { kind: 'ready' }
  | { kind: 'message'; session: number; message: unknown }
  | { kind: 'pixels'; id: number; response: PixelResponse }
  /** The part is on disk (or refused): send the next. */
  | { kind: 'upload-taken'; id: number }
  /** The body is JSON: `{"path": …}` of the kept file, or `{"sentence": …}` why it was refused. Ends the upload at any time. */
  | { kind: 'uploaded'; id: number; response: PixelResponse };

/** What the host gives the core when it forks it, as the only argument, in JSON. */
export interface CoreArguments {
  host: HostKind;
  /** The user's data folder, where preferences and recent projects are; default: `userFolder()`. */
  userFolder?: string;
  /** Folder that new projects are offered in; default: the home folder's `Documents`, or the home folder. */
  documentsFolder?: string;
}
