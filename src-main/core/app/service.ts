/** Everything windows can ask of the core: sessions that answer AppApi, pixels by address, uploads. */
import type { AppApi } from '../../shared/app-api.js';
import type { CoreArguments, HostKind, PixelResponse } from '../../shared/core-link.js';
import { createDecoderPool, type DecoderPool } from '../decoding.js';
import { userFolder as defaultUserFolder } from '../user-folder.js';
import { AugmentationThread } from './augmentation-thread.js';
import { BatchDesk } from './batch-desk.js';
import { documentsFolder } from './folders.js';
import { PlaneCache } from './plane-cache.js';
import { answerPixels } from './pixel-requests.js';
import { Session } from './session.js';
import { sessionApi } from './session-api.js';
import { Predictions } from './predictions.js';
import { SharedEngine } from './shared-engine.js';
import { TrainingDesk } from './training-desk.js';
import { startUpload, type Upload } from './uploads.js';

/** What all sessions of a process share. */
export interface AppServices {
  host: HostKind;
  userFolder: string;
  documentsFolder: string;
  pool: DecoderPool;
  planes: PlaneCache;
  /** For all that is not a training. */
  engine: SharedEngine;
  trainings: TrainingDesk;
  batches: BatchDesk;
  predictions: Predictions;
  augmentation: AugmentationThread;
  /** Sessions with an open project, by the secret in their URLs. */
  sessions: Map<string, Session>;
  /** Keys of projects that a thread examines or mends: nobody opens them meanwhile. */
  examined: Set<string>;
}

export interface AppSession {
  /** Own methods only, each with its arguments checked: to be served with `shared/rpc.ts`. */
  api: AppApi;
  /** The window is gone: its project is closed, what it waited for is dropped. */
  close(): Promise<void>;
}

export interface AppService {
  createSession(): AppSession;
  /** Answers a path of `app-urls.ts`; never rejects. */
  pixels(path: string, signal?: AbortSignal): Promise<PixelResponse>;
  /** A file for a project's `images` folder, part by part; `path` as `uploadUrl` makes it. */
  upload(path: string): Upload;
  close(): Promise<void>;
}

export type ServiceOptions = CoreArguments & {
  /** For tests: see PlaneCacheOptions. */
  planes?: { memoryBytes?: number; largestInMemory?: number };
};

/** @throws AppError('set-up') when the program was not built. */
export function createAppService(options: ServiceOptions): AppService {
  const pool = createDecoderPool();
  const sessions = new Map<string, Session>();
  const engine = new SharedEngine();
  const batches = new BatchDesk({ sessions, release: (key) => services.trainings.closeIdle(key) });
  const services: AppServices = {
    host: options.host,
    userFolder: options.userFolder ?? defaultUserFolder(),
    documentsFolder: options.documentsFolder ?? documentsFolder(),
    pool,
    planes: new PlaneCache({ pool, ...options.planes }),
    engine,
    trainings: new TrainingDesk({ sessions, engine, busyBesides: (key) => batches.busy(key) }),
    batches,
    predictions: new Predictions({ engine, pool }),
    augmentation: new AugmentationThread(),
    sessions,
    examined: new Set(),
  };
  const open = new Set<Session>();
  return {
    createSession() {
      const session = new Session(services);
      open.add(session);
      return {
        api: sessionApi(session),
        close() {
          open.delete(session);
          return session.close();
        },
      };
    },
    pixels: (path, signal) => answerPixels(services, path, signal),
    upload: (path) => startUpload(services, path),
    async close() {
      await Promise.all([...open].map((session) => session.close()));
      open.clear();
      // Those of windows that were closed above go on until here.
      await services.batches.close();
      await services.trainings.close();
      await services.augmentation.close();
      await engine.close();
      await services.planes.close();
      await pool.close();
    },
  };
}
