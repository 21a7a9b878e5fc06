/** The built core in a process of its own, as hosts fork it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startCore, type CoreProcess } from '../../../src-main/core/app/core-process.js';
import type { AppApi } from '../../../src-main/shared/app-api.js';
import { connect } from '../../../src-main/shared/rpc.js';

export interface ForkedWindow {
  api: AppApi;
  close(): void;
}

/** Preferences and documents go into `folder`. */
export function forkCore(folder: string): CoreProcess {
  mkdirSync(join(folder, 'documents'), { recursive: true });
  const core = startCore({
    host: 'web',
    userFolder: join(folder, 'user'),
    documentsFolder: join(folder, 'documents'),
  });
  onTestFinished(async () => {
    core.kill();
    await core.ended;
  });
  return core;
}

/** A window on it; what it waits for is rejected when the core dies. */
export function openWindow(core: CoreProcess): ForkedWindow {
  let handle: (message: unknown) => void = () => undefined;
  const session = core.openSession((message) => handle(message));
  const { api, fail } = connect<AppApi>({
    post: (message) => session.post(message),
    listen(handler) {
      handle = handler;
      return () => undefined;
    },
  });
  void core.ended.then(fail);
  return { api, close: () => session.close() };
}
