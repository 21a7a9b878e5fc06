/** Answers what a window's page fetches, for Electron's scheme and the web host alike: pixels and built files. */
import { PageFiles } from '../../disk/page-files.js';
import { parsePixelRequest } from '../../shared/app-urls.js';
import type { PixelResponse } from '../../shared/core-link.js';
import { PAGE_HEADERS } from '../../shared/page-policy.js';
import type { CoreKeeper } from './core-keeper.js';

export interface PageAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
}

export class PageRequests {
  constructor(
    private readonly keeper: CoreKeeper,
    private readonly files = new PageFiles(),
  ) {}

  /** `path` begins with a slash and has neither host nor query; percent signs in it are taken as they are. */
  async get(path: string, signal?: AbortSignal): Promise<PageAnswer> {
    if (parsePixelRequest(path)) return pageAnswer(await this.keeper.current().pixels(path, signal));
    const file = await this.files.read(path);
    return file
      ? pageAnswer({ status: 200, ...file }, path.startsWith('/assets/'))
      : pageAnswer({ status: 404, type: 'text/plain', bytes: new Uint8Array() });
  }
}

/** `forever`: its name changes with its content. */
export const pageAnswer = ({ status, type, bytes }: PixelResponse, forever = false): PageAnswer => ({
  status,
  headers: {
    ...PAGE_HEADERS,
    'content-type': type,
    'cache-control': forever ? 'private, max-age=31536000, immutable' : 'no-store',
  },
  bytes,
});
