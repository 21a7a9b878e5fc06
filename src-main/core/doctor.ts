/**
 * What this machine has for our work, and what to do about what is missing. Works without TensorFlow: what the set-up
 * knows is asked of the set-up itself, in a process of its own.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../shared/errors.js';
import { appVersion, packageRoot } from '../disk/package-root.js';
import { logFolder, userFolder, weightsFolder } from './user-folder.js';
import { listWeights } from './weights.js';

export interface DoctorItem {
  readonly id: string;
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'missing';
  readonly value: string;
  /** What to do, where there is something to do. */
  readonly advice?: string;
}

export interface DoctorReport {
  /** False when something without which nothing works is missing. */
  readonly ok: boolean;
  readonly items: readonly DoctorItem[];
}

/** What scripts/setup/report.mjs prints. */
export interface SetUpReport {
  cache: { folder: string; freeBytes: number };
  tensorflow: {
    wanted: string;
    ready: boolean;
    kind?: 'cpu' | 'gpu';
    libraries?: string;
    insteadOfGpu?: string;
    damaged: string[];
    trial?: { version: string; gpu: boolean };
    problem?: string;
  };
  nvidiaDriver: boolean;
  python?: { executable: string; version: string; pip: boolean };
  compiler?: string;
}

const NODE_MAJOR = 24;
/** Below these a training with the defaults may not fit. */
const WANTED_MEMORY_BYTES = 4e9;
const WANTED_DISK_BYTES = 2e9;
/** Reading every byte of the libraries and starting TensorFlow; only a broken disk takes this long. */
const REPORT_LIMIT_MS = 300_000;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Looks at this machine; takes a few seconds, since TensorFlow is checked byte by byte and tried. Never rejects. */
export async function inspectMachine(): Promise<DoctorReport> {
  const items = [
    brushfieldItem(),
    nodeItem(process.versions.node),
    processorItem(),
    memoryItem(Math.min(process.constrainedMemory() || Infinity, totalmem()), freemem()),
    ...(await setUpItems()),
    await userFolderItem(),
    await weightsItem(),
    item('logs', 'Logs', logFolder()),
  ];
  return { ok: items.every(({ state }) => state !== 'missing'), items };
}

const item = (id: string, title: string, value: string): DoctorItem => ({ id, title, state: 'ok', value });

const brushfieldItem = () => item('brushfield', 'Brushfield', `${appVersion()} in ${packageRoot()}`);

/** The Node that runs this, judged by its version. */
export function nodeItem(version: string): DoctorItem {
  const node = item('node', 'Node', `${version} (${process.execPath})`);
  if (Number.parseInt(version, 10) >= NODE_MAJOR) return node;
  return {
    ...node,
    state: 'missing',
    advice: `start Brushfield by bin/brushfield, or install Node ${NODE_MAJOR}`,
  };
}

const processorItem = () =>
  item(
    'processor',
    'Processor',
    `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} of ${cpus().length} threads may be used`,
  );

/** @param total bytes this process may use @param free bytes of them not in use by anybody */
export function memoryItem(total: number, free: number): DoctorItem {
  const memory = item('memory', 'Memory', `${gigabytes(total)}, ${gigabytes(Math.min(free, total))} free`);
  if (total >= WANTED_MEMORY_BYTES) return memory;
  return { ...memory, state: 'warning', advice: 'train with a smaller --batch or --size' };
}

async function setUpItems(): Promise<DoctorItem[]> {
  const script = join(packageRoot(), 'scripts', 'setup', 'report.mjs');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: REPORT_LIMIT_MS });
    return itemsOf(JSON.parse(stdout) as SetUpReport);
  } catch (error) {
    return [
      {
        id: 'set-up',
        title: 'Set-up',
        state: 'missing',
        value: `could not be examined (${messageOf(error).split('\n')[0]})`,
        advice: 'run "npm run setup" in the folder of Brushfield and read what it says',
      },
    ];
  }
}

/** The lines about what the set-up brings and needs. */
export function itemsOf(report: SetUpReport): DoctorItem[] {
  const { cache, python, compiler, tensorflow } = report;
  const disk = item('cache', 'Cache', `${cache.folder}, ${gigabytes(cache.freeBytes)} free`);
  // With TensorFlow in place nobody needs Python or a compiler any more.
  const absent = tensorflow.ready ? 'warning' : 'missing';
  return [
    tensorFlowItem(report),
    deviceItem(report),
    python?.pip
      ? item('python', 'Python', `${python.version} with pip (${python.executable})`)
      : {
          id: 'python',
          title: 'Python',
          state: absent,
          value: python ? `${python.version} without pip` : 'not found',
          advice: 'install Python 3 with pip, which fetches TensorFlow (apt install python3 python3-pip)',
        },
    compiler
      ? item('compiler', 'C++ compiler', compiler)
      : {
          id: 'compiler',
          title: 'C++ compiler',
          state: absent,
          value: 'not found',
          advice: 'install g++, which connects TensorFlow (apt install g++)',
        },
    tensorflow.ready || cache.freeBytes >= WANTED_DISK_BYTES
      ? disk
      : {
          ...disk,
          state: 'missing',
          advice: 'free some space, or set BRUSHFIELD_CACHE to a folder elsewhere',
        },
  ];
}

function tensorFlowItem({ tensorflow }: SetUpReport): DoctorItem {
  const { wanted, ready, kind, libraries, damaged, trial, problem } = tensorflow;
  const base = { id: 'tensorflow', title: 'TensorFlow', state: 'missing' } as const;
  if (!ready)
    return {
      ...base,
      value: `${wanted} is not set up`,
      advice: 'run "npm run setup" in the folder of Brushfield',
    };
  if (damaged.length > 0)
    return {
      ...base,
      value: `${damaged[0]} in ${libraries} is damaged`,
      advice: 'run "npm run setup -- --verify", which makes it again',
    };
  if (!trial)
    return { ...base, value: problem ?? 'does not start', advice: 'run "npm run setup -- --verify"' };
  return item(
    'tensorflow',
    'TensorFlow',
    `${trial.version}, made for ${kind?.toUpperCase()}, in ${libraries}`,
  );
}

function deviceItem({ tensorflow, nvidiaDriver }: SetUpReport): DoctorItem {
  const gpu = tensorflow.trial?.gpu === true;
  const device = item('device', 'Device', gpu ? 'NVIDIA GPU (CUDA)' : 'CPU');
  if (gpu || !nvidiaDriver) return device;
  return {
    ...device,
    state: 'warning',
    value: 'CPU, although an NVIDIA driver is there',
    advice: tensorflow.insteadOfGpu
      ? `run "npm run setup -- --gpu" to try again; last time: ${tensorflow.insteadOfGpu}`
      : tensorflow.kind === 'gpu'
        ? 'update the NVIDIA driver to 525 or newer'
        : 'run "npm run setup -- --gpu"',
  };
}

async function userFolderItem(): Promise<DoctorItem> {
  const folder = userFolder();
  const existing = nearestExisting(folder);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const found = item('user-folder', 'User folder', `${folder}, ${gigabytes(free)} free`);
  return free >= WANTED_DISK_BYTES
    ? found
    : { ...found, state: 'warning', advice: 'free some space on this disk' };
}

const nearestExisting = (folder: string): string =>
  existsSync(folder) || folder === dirname(folder) ? folder : nearestExisting(dirname(folder));

async function weightsItem(): Promise<DoctorItem> {
  const cards = await listWeights();
  const counted = `${cards.length} in ${weightsFolder()}`;
  const found = item('weights', 'Weights', counted);
  if (cards.some((card) => card.imagenet)) return found;
  // One network and one option use them, so their absence is no fault.
  return {
    ...found,
    value: `${counted}, no ImageNet encoder`,
    advice: '"brushfield weights add FILE.h5" adds one',
  };
}
