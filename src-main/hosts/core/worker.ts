/** Entry of the core process: serves AppApi and pixels to the host that forked it, and ends with it. */
import { createAppService, type AppSession } from '../../core/app/service.js';
import type { Upload } from '../../core/app/uploads.js';
import type { CoreArguments, FromCore, ToCore } from '../../shared/core-link.js';
import { serve, type Port } from '../../shared/rpc.js';

const service = createAppService(JSON.parse(process.argv[2] ?? '{"host":"electron"}') as CoreArguments);

interface Served {
  session: AppSession;
  handlers: Set<(message: unknown) => void>;
  stop: () => void;
}

const sessions = new Map<number, Served>();
const uploads = new Map<number, Upload>();
/** Pixel requests that may still be dropped. */
const waiting = new Map<number, AbortController>();

const send = (message: FromCore): void => {
  // A host that is gone is noticed by 'disconnect'.
  if (process.connected) process.send!(message, undefined, {}, () => undefined);
};

function openSession(number: number): void {
  const handlers = new Set<(message: unknown) => void>();
  const port: Port = {
    post: (message) => send({ kind: 'message', session: number, message }),
    listen(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
  const session = service.createSession();
  sessions.set(number, { session, handlers, stop: serve(session.api, port) });
}

async function closeSession(number: number): Promise<void> {
  const served = sessions.get(number);
  sessions.delete(number);
  served?.stop();
  await served?.session.close();
}

async function answerPixels(id: number, path: string): Promise<void> {
  const controller = new AbortController();
  waiting.set(id, controller);
  const response = await service.pixels(path, controller.signal);
  waiting.delete(id);
  send({ kind: 'pixels', id, response });
}

async function addPart(id: number, bytes: Uint8Array): Promise<void> {
  const upload = uploads.get(id);
  await upload?.add(bytes);
  const refusal = upload?.refusal();
  if (!refusal) return send({ kind: 'upload-taken', id });
  uploads.delete(id);
  send({ kind: 'uploaded', id, response: refusal });
}

async function finishUpload(id: number, how: 'end' | 'drop'): Promise<void> {
  const upload = uploads.get(id);
  uploads.delete(id);
  if (upload) send({ kind: 'uploaded', id, response: await upload[how]() });
}

function receive(message: ToCore): void {
  switch (message.kind) {
    case 'open':
      return openSession(message.session);
    case 'close':
      return void closeSession(message.session);
    case 'message':
      return sessions.get(message.session)?.handlers.forEach((handler) => handler(message.message));
    case 'pixels':
      return void answerPixels(message.id, message.path);
    case 'upload':
      return void uploads.set(message.id, service.upload(message.path));
    case 'upload-part':
      return void addPart(message.id, message.bytes);
    case 'upload-end':
      return void finishUpload(message.id, 'end');
    case 'drop':
      waiting.get(message.id)?.abort();
      return void finishUpload(message.id, 'drop');
  }
}

process.on('message', (message) => receive(message as ToCore));
// Ctrl+C reaches the whole process group; the host decides what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  void service.close().finally(() => process.exit(0));
});
send({ kind: 'ready' });
