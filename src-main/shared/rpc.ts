/**
 * Typed calls over anything that can post and listen: a child process, a MessagePort, a WebSocket.
 * A service is an object of methods `(params, call) => Promise`; the client side has the same type.
 * Replies are envelopes of ours because Electron and structured clone drop an error's code.
 */
import { AppError, isAppError, type ErrorCode } from './errors.js';

export interface Port {
  post(message: unknown): void;
  /** Returns a function that stops listening. */
  listen(handler: (message: unknown) => void): () => void;
}

/** What a call carries besides its parameters; both cross the wire. */
export interface Call<Event = unknown> {
  signal?: AbortSignal;
  onEvent?: (event: Event) => void;
}

interface WireError {
  code: ErrorCode | null;
  message: string;
  stack?: string;
}

type Message =
  | { rpc: 'call'; id: number; method: string; params: unknown }
  | { rpc: 'abort'; id: number }
  | { rpc: 'event'; id: number; event: unknown }
  | { rpc: 'value'; id: number; value: unknown }
  | { rpc: 'error'; id: number; error: WireError };

type Method = (params: never, call?: Call<never>) => Promise<unknown>;

export interface Connection<Api> {
  api: Api;
  /** Rejects all that is pending, for when the other side died. */
  fail(error: Error): void;
}

/** The client side of a service that listens on the other end of `port`. */
export function connect<Api extends object>(port: Port): Connection<Api> {
  const pending = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void; onEvent?: (event: never) => void }
  >();
  let nextId = 1;
  let dead: Error | null = null;

  port.listen((raw) => {
    const message = raw as Message;
    const entry = pending.get(message.id);
    if (!entry) return;
    if (message.rpc === 'event') entry.onEvent?.(message.event as never);
    if (message.rpc === 'value' || message.rpc === 'error') pending.delete(message.id);
    if (message.rpc === 'value') entry.resolve(message.value);
    if (message.rpc === 'error') entry.reject(fromWire(message.error));
  });

  const invoke = (method: string, params: unknown, call: Call<never> = {}) =>
    new Promise<unknown>((resolve, reject) => {
      if (dead) return reject(dead);
      const id = nextId++;
      const abort = () => port.post({ rpc: 'abort', id } satisfies Message);
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          call.signal?.removeEventListener('abort', abort);
          then(value);
        };
      pending.set(id, {
        resolve: settle(resolve),
        reject: settle(reject),
        ...(call.onEvent ? { onEvent: call.onEvent } : {}),
      });
      port.post({ rpc: 'call', id, method, params } satisfies Message);
      if (call.signal?.aborted) abort();
      else call.signal?.addEventListener('abort', abort, { once: true });
    });

  const api = new Proxy({} as Api, {
    // A proxy that answers `then` would be taken for a promise by `await`.
    get: (_, name) =>
      typeof name === 'string' && name !== 'then'
        ? (params: unknown, call?: Call<never>) => invoke(name, params, call)
        : undefined,
  });

  return {
    api,
    fail(error) {
      dead = error;
      for (const entry of pending.values()) entry.reject(error);
      pending.clear();
    },
  };
}

/** Serves `service` on `port`. Only own methods can be called. Returns a function that stops serving. */
export function serve(service: object, port: Port): () => void {
  const running = new Map<number, AbortController>();
  return port.listen((raw) => {
    const message = raw as Message;
    if (message.rpc === 'abort') running.get(message.id)?.abort();
    if (message.rpc !== 'call') return;
    const { id, method, params } = message;
    const controller = new AbortController();
    running.set(id, controller);
    const call: Call = {
      signal: controller.signal,
      onEvent: (event) => port.post({ rpc: 'event', id, event } satisfies Message),
    };
    Promise.resolve()
      .then(() => {
        if (!Object.hasOwn(service, method))
          throw new AppError('usage', `There is no call named "${method}".`);
        return (service as Record<string, Method>)[method]!(params as never, call as Call<never>);
      })
      .then(
        (value) => port.post({ rpc: 'value', id, value } satisfies Message),
        (error: unknown) => port.post({ rpc: 'error', id, error: toWire(error) } satisfies Message),
      )
      .finally(() => running.delete(id));
  });
}

const toWire = (error: unknown): WireError => {
  if (isAppError(error)) return { code: error.code, message: error.message };
  if (error instanceof Error)
    return { code: null, message: error.message, ...(error.stack ? { stack: error.stack } : {}) };
  return { code: null, message: String(error) };
};

const fromWire = ({ code, message, stack }: WireError): Error => {
  if (code) return new AppError(code, message);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
};
