/** Calls across a real MessageChannel. */
import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError, isAppError } from '../../src-main/shared/errors.js';
import { connect, serve, type Call, type Connection, type Port } from '../../src-main/shared/rpc.js';

interface Counting {
  double(n: number): Promise<number>;
  refuse(what: string): Promise<never>;
  crash(params: null): Promise<never>;
  count(to: number, call?: Call<number>): Promise<string>;
  waitForStop(params: null, call?: Call): Promise<string>;
  reverse(bytes: Uint8Array): Promise<Uint8Array>;
}

const service: Counting = {
  double: async (n) => 2 * n,
  refuse: async (what) => {
    throw new AppError('not-found', `There is no ${what}.`);
  },
  crash: async () => {
    throw new TypeError('a bug');
  },
  count: async (to, call) => {
    for (let i = 1; i <= to; i++) call?.onEvent?.(i);
    return 'done';
  },
  waitForStop: async (_, call) => {
    if (!call!.signal!.aborted) await once(call!.signal!, 'abort');
    return 'stopped';
  },
  reverse: async (bytes) => bytes.toReversed(),
};

const portOf = (port: MessagePort): Port => ({
  post: (message) => port.postMessage(message),
  listen(handler) {
    port.on('message', handler);
    return () => port.off('message', handler);
  },
});

let channel: MessageChannel;
let client: Connection<Counting>;
beforeEach(() => {
  channel = new MessageChannel();
  serve(service, portOf(channel.port1));
  client = connect<Counting>(portOf(channel.port2));
});
afterEach(() => {
  channel.port1.close();
  channel.port2.close();
});

test('calls come back with their own values, in whatever order they end', async () => {
  const stop = new AbortController();
  const late = client.api.waitForStop(null, { signal: stop.signal });
  expect(await Promise.all([1, 2, 3].map((n) => client.api.double(n)))).toEqual([2, 4, 6]);
  stop.abort();
  expect(await late).toBe('stopped');
  expect(await client.api.reverse(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(3, 2, 1));
});

describe('errors', () => {
  test('a person can mend keep their code and sentence', async () => {
    const error = await client.api.refuse('model').catch((caught: unknown) => caught);
    expect(isAppError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'not-found', message: 'There is no model.' });
  });

  test('that are bugs keep the stack of where they were thrown', async () => {
    const error = (await client.api.crash(null).catch((caught: unknown) => caught)) as Error;
    expect(isAppError(error)).toBe(false);
    expect(error.message).toBe('a bug');
    expect(error.stack).toContain('rpc.test.ts');
  });

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty', 'nothing'])(
    'tell that there is no call named %s',
    async (name) => {
      const anything = client.api as unknown as Record<string, (params: unknown) => Promise<unknown>>;
      await expect(anything[name]!(null)).rejects.toMatchObject({ code: 'usage' });
    },
  );
});

test('events reach the call they belong to, in order and before its value', async () => {
  const seen: Record<'a' | 'b', number[]> = { a: [], b: [] };
  const results = await Promise.all([
    client.api.count(4, { onEvent: (n) => seen.a.push(n) }),
    client.api.count(2, { onEvent: (n) => seen.b.push(n) }),
  ]);
  expect(results).toEqual(['done', 'done']);
  expect(seen).toEqual({ a: [1, 2, 3, 4], b: [1, 2] });
});

test('a stop reaches its own call only, also one that was asked for before the call', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [first, second].map(({ signal }) => client.api.waitForStop(null, { signal }));
  second.abort();
  expect(await calls[1]).toBe('stopped');
  expect(await Promise.race([calls[0], client.api.double(4)])).toBe(8);
  first.abort();
  expect(await calls[0]).toBe('stopped');
  expect(await client.api.waitForStop(null, { signal: AbortSignal.abort() })).toBe('stopped');
});

test('when the other side dies, what is pending and what comes later is rejected', async () => {
  const pending = client.api.waitForStop(null);
  client.fail(new AppError('training-failed', 'The engine died.'));
  await expect(pending).rejects.toMatchObject({ code: 'training-failed' });
  await expect(client.api.double(1)).rejects.toMatchObject({ code: 'training-failed' });
});

test('awaiting the service itself does not call it', async () => {
  expect(await Promise.resolve(client.api)).toBe(client.api);
});
