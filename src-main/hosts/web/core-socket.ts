/** A page's WebSocket, tied to a session of the core. */
import type { RawData, WebSocket } from 'ws';
import type { CoreKeeper } from '../../core/app/core-keeper.js';
import { messageOf } from '../../shared/errors.js';
import { decode, encode } from '../../shared/wire.js';

/** Codes of our own, and one of the protocol's. */
const CORE_ENDED = 4001;
const NOT_OURS = 1007;
/** What the protocol allows for the reason of a close. */
const MAX_REASON_BYTES = 123;

export function joinCore(socket: WebSocket, keeper: CoreKeeper): void {
  // A broken frame ends in `close` as well.
  socket.on('error', () => undefined);
  try {
    const core = keeper.current();
    const session = core.openSession((message) => socket.send(encode(message)));
    socket.on('message', (data) => {
      let message: unknown;
      try {
        message = decode(bytesOf(data));
      } catch {
        socket.close(NOT_OURS, 'That is no message of Brushfield.');
        return;
      }
      session.post(message);
    });
    socket.on('close', () => session.close());
    void core.ended.then(({ message }) => socket.close(CORE_ENDED, shortened(message)));
  } catch (error) {
    socket.close(CORE_ENDED, shortened(messageOf(error)));
  }
}

const bytesOf = (data: RawData): Uint8Array =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data;

function shortened(sentence: string): string {
  const bytes = Buffer.from(sentence);
  if (bytes.length <= MAX_REASON_BYTES) return sentence;
  // A character cut in two becomes U+FFFD, which is longer than what is left of it.
  return `${bytes
    .subarray(0, MAX_REASON_BYTES - 6)
    .toString()
    .replace(/�+$/, '')}…`;
}
