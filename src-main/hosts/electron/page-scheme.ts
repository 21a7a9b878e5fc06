/** The scheme that the window's page comes from, instead of files: an origin of its own, and one handler for all. */
import { protocol, type Session } from 'electron';
import type { PageAnswer, PageRequests } from '../../core/app/page-requests.js';

const SCHEME = 'brushfield';
export const PAGE_ORIGIN = `${SCHEME}://app`;
export const PAGE_URL = `${PAGE_ORIGIN}/`;

/** Whether a URL belongs to the page; the URL of an iframe or of a foreign page does not. */
export const isPageUrl = (url: string): boolean => url.startsWith(PAGE_URL);

/** Must be called before Electron is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePageScheme({ protocol: served }: Session, requests: PageRequests): void {
  if (typeof served.handle === 'function') {
    served.handle(SCHEME, async ({ url, method, signal }) => {
      const { status, headers, bytes } = await answer(requests, url, method, signal);
      // 204 may have no body, not even an empty one.
      return new Response(bytes.length > 0 ? (bytes as Uint8Array<ArrayBuffer>) : null, { status, headers });
    });
    return;
  }
  // Electron before 25.
  served.registerBufferProtocol(SCHEME, ({ url, method }, respond) => {
    void answer(requests, url, method).then(({ status, headers, bytes }) =>
      respond({
        statusCode: status,
        headers,
        mimeType: headers['content-type'] ?? 'application/octet-stream',
        data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      }),
    );
  });
}

const NOTHING = { headers: {}, bytes: new Uint8Array() };

async function answer(
  requests: PageRequests,
  address: string,
  method: string,
  signal?: AbortSignal,
): Promise<PageAnswer> {
  if (method !== 'GET') return { ...NOTHING, status: 405 };
  if (!isPageUrl(address)) return { ...NOTHING, status: 404 };
  try {
    return await requests.get(new URL(address).pathname, signal);
  } catch {
    // The core cannot be started; the window says so where it connects.
    return { ...NOTHING, status: 503 };
  }
}
