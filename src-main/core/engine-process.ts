/** Starts the engine, the process that owns TensorFlow, and turns its death into a sentence. */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeviceChoice, EngineApi } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { connect, type Port } from '../shared/rpc.js';
import { diskError } from '../disk/atomic-file.js';
import { packageRoot } from '../disk/package-root.js';
import { memoryComplaint } from './training-memory.js';
import { usableCores } from './usable-cores.js';
import { logFolder } from './user-folder.js';

export interface EngineOptions {
  device?: DeviceChoice;
  /** Threads TensorFlow may use; 0 or missing: those this process is allowed by affinity and cgroup. */
  threads?: number;
  /** Takes what TensorFlow prints. Missing: `engine.log` in the user's log folder. */
  logFile?: string;
  /** Leaves the processor to programs that somebody works with. */
  background?: boolean;
}

export interface Engine {
  api: EngineApi;
  logFile: string;
  /** Missing when it could not be started. */
  pid: number | undefined;
  /** False once the process has ended, for whatever reason. */
  alive(): boolean;
  /** Lets the engine end; kills it after a grace period. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

const GRACE_MS = 3000;
/** A log that has grown past this starts anew. */
const MAX_LOG_BYTES = 1 << 20;

/**
 * Starts an engine. Whatever is pending when it dies is rejected with AppError('training-failed') that names how it
 * died and its log.
 * @throws AppError('set-up') when the program was not built, AppError('disk') when the log cannot be written.
 */
export function startEngine({
  device = 'auto',
  threads = 0,
  logFile,
  background = false,
}: EngineOptions = {}): Engine {
  const { child, log, logBytes } = forkEngine(device, threads, logFile);
  if (background) lowerPriority(child);
  const { api, fail } = connect<EngineApi>(portOf(child));
  let stopping = false;
  let answered = false;
  child.once('message', () => (answered = true));
  let alive = true;
  // Its own process group outlives ours, and a batch under way would be computed to its end.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);

  const exited = new Promise<void>((resolve) => {
    const died = (error: Error) => {
      alive = false;
      process.off('exit', killAtExit);
      fail(error);
      resolve();
    };
    child.once('exit', (code, signal) => {
      if (stopping) died(new AppError('stopped', 'The engine was stopped.'));
      else died(answered || signal ? deathOf(code, signal, { log, logBytes }) : notLoaded(log));
    });
    child.once('error', (error) =>
      died(new AppError('set-up', `The engine could not be started: ${error.message}.`, { cause: error })),
    );
  });

  const kill = () => {
    stopping = true;
    child.kill('SIGKILL');
  };
  return {
    api,
    logFile: log,
    pid: child.pid,
    alive: () => alive,
    kill,
    async stop() {
      stopping = true;
      // A worker whose channel closes ends by itself.
      if (child.connected) child.disconnect();
      const grace = setTimeout(kill, GRACE_MS);
      await exited;
      clearTimeout(grace);
    },
  };
}

/**
 * Starts an engine and waits until TensorFlow is there on the device that was asked for.
 * @throws AppError('set-up') when it is not, and as `startEngine`.
 */
export async function startReadyEngine(options: EngineOptions = {}): Promise<Engine> {
  const engine = startEngine(options);
  try {
    const { kind } = await engine.api.device({});
    if (options.device === 'gpu' && kind !== 'gpu')
      throw new AppError(
        'set-up',
        'TensorFlow finds no GPU it can use; "brushfield doctor" says why, and without --device gpu the CPU is used.',
      );
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** Runs `work` with an engine of its own that is gone afterwards, also when `work` fails. */
export async function withEngine<T>(
  options: EngineOptions,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await startReadyEngine(options);
  try {
    return await work(engine);
  } finally {
    await engine.stop();
  }
}

function forkEngine(
  device: DeviceChoice,
  threads: number,
  logFile: string | undefined,
): { child: ChildProcess; log: string; logBytes: number } {
  const entry = join(packageRoot(), 'out', 'main', 'engine.js');
  if (!existsSync(entry))
    throw new AppError('set-up', 'The engine is not built; run "npm run build" in the folder of Brushfield.');
  const { log, output, logBytes } = logFile === undefined ? openDefaultLog() : openLog(logFile);
  try {
    const child = fork(entry, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', output, output, 'ipc'],
      env: { ...process.env, ...engineEnvironment(device, threads) },
      // In a process group of its own: Ctrl+C in a terminal must reach the core only, which then asks the engine to
      // finish its batch.
      detached: true,
    });
    return { child, log, logBytes };
  } finally {
    closeSync(output);
  }
}

/** At once, before it has threads: on Linux they inherit it when they start, and are not reached later. */
function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, which is told elsewhere, or the system forbids it: then it computes as any other program.
  }
}

interface OpenLog {
  log: string;
  /** File descriptor. */
  output: number;
  /** Length of what was there before. */
  logBytes: number;
}

/** In the user's log folder, or among the temporary files of a machine whose home folder cannot be written to. */
function openDefaultLog(): OpenLog {
  try {
    return openLog(join(logFolder(), 'engine.log'));
  } catch {
    return openLog(join(tmpdir(), `brushfield-engine-${process.pid}.log`));
  }
}

function openLog(log: string): OpenLog {
  try {
    mkdirSync(dirname(log), { recursive: true });
    const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
    const anew = size > MAX_LOG_BYTES;
    return { log, output: openSync(log, anew ? 'w' : 'a'), logBytes: anew ? 0 : size };
  } catch (error) {
    throw diskError(error, log);
  }
}

/** What TensorFlow reads when it is loaded. */
export function engineEnvironment(device: DeviceChoice, threads: number): Record<string, string> {
  const count = threads || usableCores();
  return {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // TensorFlow by itself looks at the machine's cores and not at what a container may use of them.
    TF_NUM_INTRAOP_THREADS: String(count),
    TF_NUM_INTEROP_THREADS: String(count),
    OMP_NUM_THREADS: String(count),
    // One thread is what people ask for to get the same numbers twice.
    ...(threads === 1 && { TF_DETERMINISTIC_OPS: '1' }),
    ...(device === 'cpu' && { CUDA_VISIBLE_DEVICES: '-1' }),
  };
}

const notLoaded = (log: string): AppError =>
  new AppError(
    'set-up',
    `TensorFlow could not be started; run "npm run setup" in ${packageRoot()}, and if that does not help, see ${log}.`,
  );

/** What asked for more memory than a limit leaves aborts; what the system has no memory for is killed, as by anybody. */
function deathOf(
  code: number | null,
  signal: NodeJS.Signals | null,
  { log, logBytes }: Pick<OpenLog, 'log' | 'logBytes'>,
): AppError {
  const how = signal ? `by signal ${signal}` : `with exit code ${code}`;
  const complaint = signal === 'SIGKILL' ? null : memoryComplaint(printedSince(log, logBytes));
  const less = 'because memory ran out (a smaller batch or size needs less)';
  const why = complaint ? ` ${less}` : signal === 'SIGKILL' ? `, perhaps ${less}` : '';
  return new AppError('training-failed', `The engine ended unexpectedly ${how}${why}; its log is ${log}.`, {
    ...(complaint && { cause: new Error(complaint) }),
  });
}

function printedSince(log: string, bytes: number): string {
  try {
    return readFileSync(log).subarray(bytes).toString('utf8');
  } catch {
    return '';
  }
}

function portOf(child: ChildProcess): Port {
  return {
    post(message) {
      // A closed channel is reported by the exit handler, to every caller.
      if (child.connected) child.send(message as object, () => undefined);
    },
    listen(handler) {
      child.on('message', handler);
      return () => child.off('message', handler);
    },
  };
}
