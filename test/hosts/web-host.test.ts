import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CoreKeeper } from '../../src-main/core/app/core-keeper.js';
import { PageRequests } from '../../src-main/core/app/page-requests.js';
import { PageFiles } from '../../src-main/disk/page-files.js';
import { startWebHost, type WebHost } from '../../src-main/hosts/web/server.js';
import type { AppInfo } from '../../src-main/shared/app-api.js';
import { decode, encode } from '../../src-main/shared/wire.js';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

let keeper: CoreKeeper;
let host: WebHost;
let cookie: string;
let origin: string;

/** `path` goes out exactly as it is spelled. */
function ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: host.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** `open`, or the status of the refusal. */
function upgrade(headers: Record<string, string>, path = '/ws'): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('error', ({ message }) => resolve(/\d{3}/.exec(message)?.[0] ?? message));
  });
}

beforeAll(async () => {
  keeper = new CoreKeeper({ host: 'web' });
  host = await startWebHost({
    keeper,
    port: 0,
    project: '/home/ann/a & b.brushfield',
    requests: new PageRequests(keeper, new PageFiles(join(import.meta.dirname, 'fixtures', 'page'))),
    maxUploadBytes: 10,
  });
  origin = `http://127.0.0.1:${host.port}`;
  const { headers } = await ask(new URL(host.address).search.replace(/^/, '/'));
  cookie = headers['set-cookie']![0]!.split(';')[0]!;
});

afterAll(async () => {
  await host.close();
  await keeper.stop();
});

describe('who is let in', () => {
  test('the token is taken once from the address and becomes a cookie', async () => {
    const { status, headers } = await ask(`/${new URL(host.address).search}`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/#project=%2Fhome%2Fann%2Fa%20%26%20b.brushfield');
    const [given] = headers['set-cookie']!;
    expect(given).toMatch(
      new RegExp(`^brushfield-${host.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
  });

  test('without the cookie nothing is answered', async () => {
    for (const path of [
      '/',
      '/page.js',
      '/ws',
      '/pixels/a/1/k/0/0/0',
      '/nothing',
      '/?token=',
      '/?token=wrong',
    ])
      expect((await ask(path)).status, path).toBe(403);
  });

  test('a cookie of another program, or one that is cut short, is none', async () => {
    const value = cookie.split('=')[1]!;
    for (const wrong of [`brushfield=${value}`, `brushfield-1=${value}`, cookie.slice(0, -1), `x${cookie}`])
      expect((await ask('/', { headers: { cookie: wrong } })).status, wrong).toBe(403);
  });

  test('the token counts on the start page only', async () => {
    const { search } = new URL(host.address);
    expect((await ask(`/page.js${search}`)).status).toBe(403);
    expect((await ask(`/${search}`, { method: 'POST' })).status).toBe(403);
  });

  test('another name for this machine is refused, token or not', async () => {
    const { search } = new URL(host.address);
    for (const name of ['evil.example', `localhost:${host.port}`, '127.0.0.1', `evil.example:${host.port}`])
      expect((await ask(`/${search}`, { headers: { host: name, cookie } })).status, name).toBe(421);
  });

  test('it listens on 127.0.0.1 alone', async () => {
    const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const others = all.filter(({ internal, family }) => !internal && family === 'IPv4');
    const loopback = process.platform === 'linux' ? [{ address: '127.0.0.2' }] : [];
    for (const { address } of [...others, ...loopback]) {
      // The port is free at every other address of this machine.
      const probe = createServer();
      await new Promise<void>((resolve, reject) => {
        probe.once('error', reject);
        probe.listen(host.port, address, resolve);
      });
      expect((probe.address() as AddressInfo).port).toBe(host.port);
      await new Promise((resolve) => probe.close(resolve));
    }
  });
});

describe('what is served', () => {
  test('the page, with the headers that bound it', async () => {
    const { status, headers, body } = await ask('/', { headers: { cookie } });
    expect(status).toBe(200);
    expect(body).toContain('<h1>Fixture</h1>');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    '/../package.json',
    '/../../app-root.ts',
    '/../app-root.ts',
    '/..%2fapp-root.ts',
    '/%2e%2e/app-root.ts',
    '/%2e%2e%2fapp-root.ts',
    '/..%5capp-root.ts',
    '/..\\app-root.ts',
    '/./../app-root.ts',
    '/page.js/../../app-root.ts',
    '//etc/passwd',
    '/etc/passwd',
    '/%2fetc/passwd',
    '/....//app-root.ts',
    '/%252e%252e/app-root.ts',
    '/page.js%00.html',
    '/..;/app-root.ts',
    '/index.html/',
    '/__proto__',
  ])('nothing outside the page by any spelling, cookie or not: %s', async (path) => {
    const { status, body } = await ask(path, { headers: { cookie } });
    expect(status).toBe(404);
    expect(body).toBe('');
    expect((await ask(path)).status).toBe(403);
  });

  test('a path that is none is refused and the program goes on', async () => {
    for (const path of ['/%', '/%zz', '/%c3%28', '/a%'])
      expect((await ask(path, { headers: { cookie } })).status, path).toBe(400);
    expect((await ask('/', { headers: { cookie } })).status).toBe(200);
  });

  test('other methods are refused', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await ask('/', { method, headers: { cookie } })).status, method).toBe(405);
  });
});

describe('the WebSocket', () => {
  test('opens for the page of this host with its cookie', async () => {
    expect(await upgrade({ cookie, origin })).toBe('open');
  });

  test('is refused without the cookie', async () => {
    expect(await upgrade({ origin })).toBe('403');
  });

  test('is refused to a page from anywhere else, cookie or not', async () => {
    for (const foreign of [
      'http://evil.example',
      'null',
      `http://localhost:${host.port}`,
      'http://127.0.0.1',
    ])
      expect(await upgrade({ cookie, origin: foreign }), foreign).toBe('403');
    expect(await upgrade({ cookie })).toBe('403');
  });

  test('is refused under another name, and at another path', async () => {
    expect(await upgrade({ cookie, origin, host: 'evil.example' })).toBe('421');
    expect(await upgrade({ cookie, origin }, '/other')).toBe('404');
  });

  test('is closed on bytes that are no message, and the program goes on', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/ws`, { headers: { cookie, origin } });
    const code = await new Promise((resolve) => {
      socket.on('open', () => socket.send(new Uint8Array([255, 255, 255, 255, 1])));
      socket.on('close', resolve);
    });
    expect(code).toBe(1007);
    expect((await ask('/', { headers: { cookie } })).status).toBe(200);
  });

  test('carries calls to the core and answers back', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/ws`, { headers: { cookie, origin } });
    const answer = new Promise((resolve) => socket.on('message', (data: Buffer) => resolve(decode(data))));
    socket.on('open', () => socket.send(encode({ rpc: 'call', id: 1, method: 'appInfo', params: {} })));
    const { rpc, value } = (await answer) as { rpc: string; value: AppInfo };
    expect(rpc).toBe('value');
    expect(value.host).toBe('web');
    socket.close();
  });
});

describe('uploads', () => {
  const post = (headers: Record<string, string>, body = 'twelve bytes') =>
    ask('/upload/session/cells.png', { method: 'POST', headers, body });

  test('are refused without the cookie and to a page from anywhere else', async () => {
    expect((await post({ origin })).status).toBe(403);
    expect((await post({ cookie })).status).toBe(403);
    expect((await post({ cookie, origin: 'http://evil.example' })).status).toBe(403);
  });

  test('of more than the limit are refused with a sentence before they are read', async () => {
    const { status, body } = await post({ cookie, origin });
    expect(status).toBe(413);
    expect(JSON.parse(body)).toEqual({ sentence: expect.stringContaining('cannot be taken') });
  });

  test('of no stated size are refused', async () => {
    expect((await post({ cookie, origin, 'transfer-encoding': 'chunked' }, 'abc')).status).toBe(411);
  });

  test('into a session that is not there are refused by the core', async () => {
    const { status } = await post({ cookie, origin }, 'nine byte');
    expect(status).toBeGreaterThanOrEqual(400);
  });
});

test('when the core dies, the page is told and the next connection has a new one', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/ws`, { headers: { cookie, origin } });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise((resolve) => socket.on('open', resolve));
  const first = keeper.current().pid!;
  process.kill(first, 'SIGKILL');
  const { code, reason } = await closed;
  expect(code).toBe(4001);
  expect(reason).toMatch(/ended unexpectedly/);
  expect(await upgrade({ cookie, origin })).toBe('open');
  expect(keeper.current().pid).not.toBe(first);
});
