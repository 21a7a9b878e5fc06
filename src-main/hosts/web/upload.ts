/** A file dropped on a page that cannot see paths: its bytes, on their way to the core, counted. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageAnswer, type PageAnswer } from '../../core/app/page-requests.js';
import type { CoreKeeper } from '../../core/app/core-keeper.js';

/** More than any image that the decoders take; a disk that fills up is refused by the core. */
export const MAX_UPLOAD_BYTES = 8 * 2 ** 30;

/** `path` as `uploadUrl` makes it. The body is read no faster than the core writes it. */
export async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  { path, keeper, maxBytes = MAX_UPLOAD_BYTES }: { path: string; keeper: CoreKeeper; maxBytes?: number },
): Promise<PageAnswer> {
  const length = Number(request.headers['content-length']);
  // Without a length there is no telling when to refuse before the disk is full.
  if (!Number.isSafeInteger(length)) return refusal(411, 'The size of the file was not given.');
  if (length > maxBytes)
    return refusal(413, `A file of more than ${Math.floor(maxBytes / 2 ** 20)} MiB cannot be taken.`);
  const dropped = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) dropped.abort();
  });
  return pageAnswer(await keeper.current().upload(path, request, dropped.signal));
}

const refusal = (status: number, sentence: string): PageAnswer =>
  pageAnswer({
    status,
    type: 'application/json',
    bytes: new TextEncoder().encode(JSON.stringify({ sentence })),
  });
