/** The app for a browser on this machine: one HTTP server on 127.0.0.1, which answers nobody but its own page. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { CoreKeeper } from '../../core/app/core-keeper.js';
import { PageRequests, type PageAnswer } from '../../core/app/page-requests.js';
import { AppError } from '../../shared/errors.js';
import { PAGE_HEADERS } from '../../shared/page-policy.js';
import { Access } from './access.js';
import { joinCore } from './core-socket.js';
import { takeUpload } from './upload.js';

export interface WebHostOptions {
  keeper: CoreKeeper;
  /** 0: any that is free. */
  port: number;
  /** Opened by the page when it starts. */
  project: string | null;
  /** Default: those of this program. */
  requests?: PageRequests;
  maxUploadBytes?: number;
}

export interface WebHost {
  /** For the browser, with the token. */
  address: string;
  port: number;
  close(): Promise<void>;
}

/** The largest message: all tiles of a 16384² mask, should none of them compress. */
const MAX_MESSAGE_BYTES = 300 * 2 ** 20;

/** @throws AppError('usage') when the port cannot be had. */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  // A large file over a slow disk may take its time; headers may not.
  const server = createServer({ requestTimeout: 0 });
  const port = await listen(server, options.port);
  const access = new Access(port);
  const requests = options.requests ?? new PageRequests(options.keeper);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  server.on('request', (request, response) => {
    answer(request, response, { ...options, access, requests }).then(
      ({ status, headers, bytes }) => response.writeHead(status, headers).end(bytes),
      // A bug, or a core that cannot be started; the connection must not hang.
      () => response.destroy(),
    );
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    const status = upgradeStatus(request, access);
    if (status !== 101) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => joinCore(webSocket, options.keeper));
  });
  return {
    address: access.address,
    port,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Serving extends WebHostOptions {
  access: Access;
  requests: PageRequests;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { access, requests, keeper, project, maxUploadBytes }: Serving,
): Promise<PageAnswer> {
  if (!access.isOwnHost(request)) return status(421);
  const [rawPath = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const token = rawPath === '/' ? new URLSearchParams(query).get('token') : null;
  if (request.method === 'GET' && access.isToken(token)) {
    const start = project === null ? '/' : `/#project=${encodeURIComponent(project)}`;
    return status(303, { location: start, 'set-cookie': access.cookie });
  }
  if (!access.hasCookie(request)) return status(403);
  if (!isWellFormed(rawPath)) return status(400);
  if (request.method === 'POST') {
    if (!access.isOwnOrigin(request)) return status(403);
    if (!rawPath.startsWith('/upload/')) return status(404);
    const limit = maxUploadBytes === undefined ? {} : { maxBytes: maxUploadBytes };
    return takeUpload(request, response, { path: rawPath, keeper, ...limit });
  }
  if (request.method !== 'GET') return status(405);
  const dropped = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) dropped.abort();
  });
  return requests.get(rawPath, dropped.signal);
}

const status = (code: number, headers: Record<string, string> = {}): PageAnswer => ({
  status: code,
  headers: { ...PAGE_HEADERS, 'cache-control': 'no-store', ...headers },
  bytes: new Uint8Array(),
});

/** 101 for a page of ours. */
function upgradeStatus(request: IncomingMessage, access: Access): number {
  if (!access.isOwnHost(request)) return 421;
  if (!access.isOwnOrigin(request) || !access.hasCookie(request)) return 403;
  return request.url === '/ws' ? 101 : 404;
}

function isWellFormed(path: string): boolean {
  try {
    return decodeURIComponent(path).startsWith('/');
  } catch {
    return false;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new AppError(
          'usage',
          `Port ${port} cannot be used (${error.code ?? error.message}): choose another with --port, or leave it out.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
