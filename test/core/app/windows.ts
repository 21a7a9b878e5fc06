/** Windows on a real service, each over a real MessageChannel; all of it goes away with the test. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import {
  createAppService,
  type AppService,
  type ServiceOptions,
} from '../../../src-main/core/app/service.js';
import type { AppApi, AppEvent, StoredTile } from '../../../src-main/shared/app-api.js';
import { decodeRuns } from '../../../src-main/shared/mask.js';
import { connect, serve, type Port } from '../../../src-main/shared/rpc.js';
import { packTile } from '../../../src-main/store/tile-runs.js';
import { writePng } from '../temporary-project.js';
import { temporaryFolder } from '../../store/temporary-store.js';

export interface Window {
  api: AppApi;
  /** What was pushed so far. */
  events: AppEvent[];
  /** Resolves with the first event of a kind, also one that has come already. */
  next<K extends AppEvent['kind']>(kind: K): Promise<AppEvent & { kind: K }>;
  close(): void;
}

export interface TemporaryApp {
  service: AppService;
  folder: string;
  userFolder: string;
  documentsFolder: string;
  openWindow(): Window;
}

const portOf = (port: MessagePort): Port => ({
  post: (message) => port.postMessage(message),
  listen(handler) {
    port.on('message', handler);
    return () => port.off('message', handler);
  },
});

export function temporaryApp(options: Partial<ServiceOptions> = {}): TemporaryApp {
  const folder = temporaryFolder();
  const userFolder = join(folder, 'user');
  const documentsFolder = join(folder, 'documents');
  mkdirSync(documentsFolder);
  const service = createAppService({ host: 'web', userFolder, documentsFolder, ...options });
  onTestFinished(() => service.close());
  return {
    service,
    folder,
    userFolder,
    documentsFolder,
    openWindow() {
      const { port1, port2 } = new MessageChannel();
      const session = service.createSession();
      serve(session.api, portOf(port1));
      const { api } = connect<AppApi>(portOf(port2));
      const close = () => {
        void session.close();
        port1.close();
        port2.close();
      };
      onTestFinished(close);
      return { api, ...listening(api), close };
    },
  };
}

/** Listens to a window's events for as long as its connection lasts. */
export function listening(api: AppApi): Pick<Window, 'events' | 'next'> {
  const events: AppEvent[] = [];
  const waiting = new Set<() => void>();
  void api
    .events(
      {},
      {
        onEvent: (event) => {
          events.push(event);
          for (const look of waiting) look();
        },
      },
    )
    .catch(() => undefined);
  return {
    events,
    next: (kind) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find((event) => event.kind === kind);
          if (!found) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** A tile of one value. */
export const flatTile = (value: number, { ty = 0, tx = 0, width = 20, height = 10 } = {}): StoredTile => ({
  ty,
  tx,
  bytes: packTile(new Uint8Array(width * height).fill(value)),
});

/** A window with a project of `count` pictures of 20 × 10 px and the classes a and b. */
export async function withPictures(
  app: TemporaryApp,
  count = 2,
): Promise<{ window: Window; ids: number[]; folder: string }> {
  const window = app.openWindow();
  const folder = join(app.folder, 'cells.brushfield');
  await window.api.createProject({ folder, classes: ['a', 'b'] });
  for (let n = 0; n < count; n++)
    writePng(join(app.folder, 'images', `${n}.png`), (x, y) => (x * 7 + y * 3 + n * 11) % 256);
  const { ids } = await window.api.addImages({ paths: [join(app.folder, 'images')] });
  return { window, ids, folder };
}

/** The values of a stored tile of 20 × 10 px. */
export const valuesOf = (tile: { bytes: Uint8Array | null } | undefined): number[] => [
  ...decodeRuns(inflateRawSync(tile!.bytes!), 200),
];
