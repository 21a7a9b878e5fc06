/** How many threads are worth starting: what affinity allows, and what the process's cgroups allow of it. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

export interface CgroupPlaces {
  /** Where control groups are mounted. */
  root: string;
  /** Which ones this process is in. */
  own: string;
}

const LINUX: CgroupPlaces = { root: '/sys/fs/cgroup', own: '/proc/self/cgroup' };

/** 1 or more. Node itself knows the affinity and version 2 of cgroups, but not every layout of version 1. */
export const usableCores = (): number => Math.min(availableParallelism(), coresOfCgroups(LINUX));

/**
 * Whole cores of processor time that the process's groups and those above them allow, at least 1; Infinity without a
 * limit (Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1; scheduler/sched-bwc.rst).
 */
export function coresOfCgroups({ root, own }: CgroupPlaces): number {
  let cores = Infinity;
  for (const line of (read(own) ?? '').split('\n')) {
    // `3:cpu,cpuacct:/group` in version 1, `0::/group` in version 2.
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (controllers === '') cores = Math.min(cores, leastOf(root, path, quotaOfVersion2));
    else if (controllers!.split(',').includes('cpu'))
      for (const mount of new Set(['cpu', controllers!]))
        cores = Math.min(cores, leastOf(join(root, mount), path, quotaOfVersion1));
  }
  return Math.max(1, Math.floor(cores));
}

/** A group has no more than those above it; inside a container its own path may not be there, and the root is it. */
function leastOf(mount: string, path: string, quota: (folder: string) => number): number {
  let least = quota(mount);
  for (let at = path; at !== '/' && at !== '.'; at = dirname(at))
    least = Math.min(least, quota(join(mount, at)));
  return least;
}

function quotaOfVersion2(folder: string): number {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').split(/\s/).map(Number);
  return ratio(quota, period);
}

const quotaOfVersion1 = (folder: string): number =>
  ratio(
    Number(read(join(folder, 'cpu.cfs_quota_us')) ?? NaN),
    Number(read(join(folder, 'cpu.cfs_period_us')) ?? NaN),
  );

/** `max` and −1 set no limit. */
const ratio = (quota = NaN, period = NaN): number => (quota > 0 && period > 0 ? quota / period : Infinity);

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
