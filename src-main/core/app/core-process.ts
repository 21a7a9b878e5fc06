/** Starts the core, the process that owns projects and pixels, for a host that has windows; and tells how it ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { entryPath } from '../../disk/package-root.js';
import {
  UPLOAD_CHUNK_BYTES,
  type CoreArguments,
  type FromCore,
  type PixelResponse,
  type ToCore,
} from '../../shared/core-link.js';
import { AppError } from '../../shared/errors.js';

export interface CoreOptions extends CoreArguments {
  /** The Node that runs it; default: the one that runs this process. Electron names the Node that it brings along. */
  nodePath?: string;
  /** Added to the environment. */
  env?: Readonly<Record<string, string>>;
}

/** One window's connection: messages of `shared/rpc.ts`, to and from the core's AppApi. */
export interface CoreSession {
  post(message: unknown): void;
  /** The window is gone. */
  close(): void;
}

export interface CoreProcess {
  pid: number | undefined;
  alive(): boolean;
  /** Resolves when the process has ended, with a sentence; never rejects. */
  ended: Promise<AppError>;
  openSession(onMessage: (message: unknown) => void): CoreSession;
  /** `path` as in `app-urls.ts`. Answers 503 when the core is gone; aborting lets the core drop the work. */
  pixels(path: string, signal?: AbortSignal): Promise<PixelResponse>;
  /** Sends a file's bytes as they come, one part at a time. */
  upload(path: string, body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PixelResponse>;
  /** Lets it close its projects; kills it after a grace period. */
  stop(): Promise<void>;
  kill(): void;
}

const GRACE_MS = 5000;

/** @throws AppError('set-up') when the program was not built. */
export function startCore({ nodePath, env, ...given }: CoreOptions): CoreProcess {
  const entry = entryPath('core');
  if (!existsSync(entry))
    throw new AppError('set-up', 'The core is not built; run "npm run build" in the folder of Brushfield.');
  const child = fork(entry, [JSON.stringify(given satisfies CoreArguments)], {
    execArgv: [],
    ...(nodePath && { execPath: nodePath }),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  return new ForkedCore(child);
}

interface Request {
  answer: (response: PixelResponse) => void;
  /** The core has written the last part and waits for the next. */
  taken: () => void;
  upload: boolean;
}

class ForkedCore implements CoreProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<AppError>;
  private readonly sessions = new Map<number, (message: unknown) => void>();
  private readonly requests = new Map<number, Request>();
  private nextNumber = 1;
  private stopping = false;
  private death: AppError | null = null;

  constructor(private readonly child: ChildProcess) {
    this.pid = child.pid;
    child.on('message', (message) => this.receive(message as FromCore));
    this.ended = new Promise((resolve) => {
      const died = (error: AppError) => {
        this.death ??= error;
        for (const { answer, taken, upload } of this.requests.values()) {
          answer(gone(this.death, upload));
          taken();
        }
        resolve(this.death);
      };
      child.once('exit', (code, signal) => died(this.deathOf(code, signal)));
      child.once('error', (cause) =>
        died(new AppError('set-up', `The core could not be started: ${cause.message}.`, { cause })),
      );
    });
  }

  alive(): boolean {
    return this.death === null;
  }

  openSession(onMessage: (message: unknown) => void): CoreSession {
    const session = this.nextNumber++;
    this.sessions.set(session, onMessage);
    this.send({ kind: 'open', session });
    return {
      post: (message) => this.send({ kind: 'message', session, message }),
      close: () => {
        this.sessions.delete(session);
        this.send({ kind: 'close', session });
      },
    };
  }

  pixels(path: string, signal?: AbortSignal): Promise<PixelResponse> {
    const { id, answer } = this.request(false, signal);
    this.send({ kind: 'pixels', id, path });
    return answer;
  }

  async upload(path: string, body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PixelResponse> {
    const { id, answer, request } = this.request(true, signal);
    let answered = false;
    void answer.then(() => (answered = true));
    this.send({ kind: 'upload', id, path });
    try {
      for await (const bytes of body)
        for (let at = 0; at < bytes.length && !answered; at += UPLOAD_CHUNK_BYTES) {
          const taken = new Promise<void>((resolve) => (request.taken = resolve));
          this.send({ kind: 'upload-part', id, bytes: bytes.subarray(at, at + UPLOAD_CHUNK_BYTES) });
          await Promise.race([taken, answer]);
        }
      this.send({ kind: 'upload-end', id });
    } catch {
      // The sender broke off; what has come is thrown away.
      this.send({ kind: 'drop', id });
    }
    return answer;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    // It closes its projects when its channel closes.
    if (this.child.connected) this.child.disconnect();
    const grace = setTimeout(() => this.kill(), GRACE_MS);
    await this.ended;
    clearTimeout(grace);
  }

  kill(): void {
    this.stopping = true;
    this.child.kill('SIGKILL');
  }

  private request(
    upload: boolean,
    signal: AbortSignal | undefined,
  ): {
    id: number;
    answer: Promise<PixelResponse>;
    request: Request;
  } {
    const id = this.nextNumber++;
    const drop = () => this.send({ kind: 'drop', id });
    const request: Request = { answer: () => undefined, taken: () => undefined, upload };
    const answer = new Promise<PixelResponse>((resolve) => {
      request.answer = (response) => {
        this.requests.delete(id);
        signal?.removeEventListener('abort', drop);
        resolve(response);
      };
    });
    this.requests.set(id, request);
    if (this.death) request.answer(gone(this.death, upload));
    else if (signal?.aborted) queueMicrotask(drop);
    else signal?.addEventListener('abort', drop, { once: true });
    return { id, answer, request };
  }

  private receive(message: FromCore): void {
    switch (message.kind) {
      case 'message':
        this.sessions.get(message.session)?.(message.message);
        break;
      case 'pixels':
      case 'uploaded':
        this.requests.get(message.id)?.answer(message.response);
        break;
      case 'upload-taken':
        this.requests.get(message.id)?.taken();
        break;
      case 'ready':
        break;
    }
  }

  private send(message: ToCore): void {
    // A closed channel is reported by the exit handler, to every caller.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private deathOf(code: number | null, signal: NodeJS.Signals | null): AppError {
    if (this.stopping) return new AppError('stopped', 'Brushfield was closed.');
    const how = signal ? `by signal ${signal}` : `with exit code ${code}`;
    return new AppError(
      'stopped',
      `The part of Brushfield that keeps your project ended unexpectedly ${how}; everything that was saved is there, open the project again.`,
    );
  }
}

const gone = ({ message }: AppError, upload: boolean): PixelResponse => ({
  status: 503,
  type: upload ? 'application/json' : 'text/plain; charset=utf-8',
  bytes: new TextEncoder().encode(upload ? JSON.stringify({ sentence: message }) : message),
});
