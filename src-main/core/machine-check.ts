/** What this machine has for our work, and what to do about what is missing: `brushfield doctor`. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../shared/errors.js';
import { withEngine } from './engine-process.js';
import { appVersion, packageRoot } from './package-root.js';
import { logFolder, userFolder, weightsFolder } from './user-folder.js';
import { listWeights } from './weights.js';

export interface Check {
  name: string;
  value: string;
  ok: boolean;
  /** What to do; empty when it is fine. */
  hint: string;
}

/** Below this a training with the defaults may not fit. */
const WANTED_MEMORY_BYTES = 4e9;
const WANTED_DISK_BYTES = 2e9;

export async function checkMachine(): Promise<Check[]> {
  const fine = (name: string, value: string): Check => ({ name, value, ok: true, hint: '' });
  const memory = process.constrainedMemory() || totalmem();
  const allowed = Math.min(memory, totalmem());
  return [
    fine('Brushfield', `${appVersion()} in ${packageRoot()}`),
    fine('Node', `${process.version} (${process.execPath})`),
    fine(
      'Processor',
      `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} threads may be used`,
    ),
    {
      name: 'Memory',
      value: `${gigabytes(allowed)}, ${gigabytes(freemem())} free`,
      ok: allowed >= WANTED_MEMORY_BYTES,
      hint: allowed >= WANTED_MEMORY_BYTES ? '' : 'train with a smaller --batch or --size',
    },
    await checkTensorFlow(),
    await checkDisk('User folder', userFolder()),
    await checkWeights(),
    fine('Logs', logFolder()),
  ];
}

async function checkTensorFlow(): Promise<Check> {
  const name = 'TensorFlow';
  // A log of its own: what an earlier engine printed says nothing about this one.
  const scratch = await mkdtemp(join(tmpdir(), 'brushfield-doctor-'));
  try {
    const device = await withEngine({ logFile: join(scratch, 'engine.log') }, ({ api }) => api.device({}));
    return { name, value: `${device.tensorflow} on ${device.name}`, ok: true, hint: '' };
  } catch (error) {
    return {
      name,
      value: messageOf(error).replace(/; its log is .*/, ''),
      ok: false,
      hint: 'run "npm run setup" in the folder of Brushfield, which installs it',
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function checkDisk(name: string, folder: string): Promise<Check> {
  let existing = folder;
  while (!existsSync(existing) && existing !== dirname(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const ok = free >= WANTED_DISK_BYTES;
  return {
    name,
    value: `${folder}, ${gigabytes(free)} free`,
    ok,
    hint: ok ? '' : 'free some space on this disk',
  };
}

async function checkWeights(): Promise<Check> {
  const cards = await listWeights();
  const imagenet = cards.some((card) => card.imagenet);
  const value = imagenet
    ? `ImageNet encoder is there (${cards.length} in ${weightsFolder()})`
    : `${cards.length} in ${weightsFolder()}, no ImageNet encoder`;
  // Needed for one network and option only, so never a fault.
  return {
    name: 'Weights',
    value,
    ok: true,
    hint: imagenet ? '' : '"brushfield weights add FILE.h5" adds one',
  };
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
