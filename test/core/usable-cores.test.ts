import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coresOfCgroups, usableCores } from '../../src-main/core/usable-cores.js';
import { temporaryFolder } from '../store/temporary-store.js';

/** A tree of control groups as the kernel shows it. */
function cgroups(own: string, files: Record<string, string>) {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  writeFileSync(join(root, 'own'), own);
  return coresOfCgroups({ root, own: join(root, 'own') });
}

describe('cores that control groups allow', () => {
  it('are the quota by the period in version 2, of the strictest group above', () => {
    expect(cgroups('0::/a/b\n', { 'a/cpu.max': '250000 100000\n', 'a/b/cpu.max': 'max 100000\n' })).toBe(2);
    expect(cgroups('0::/a/b\n', { 'a/cpu.max': '800000 100000\n', 'a/b/cpu.max': '100000 50000\n' })).toBe(2);
    expect(cgroups('0::/\n', { 'cpu.max': '50000 100000\n' })).toBe(1);
  });

  it('are found in version 1, mounted under either name, and in a container that does not see its own path', () => {
    const half = { quota: '150000\n', period: '50000\n' };
    const at = (folder: string) => ({
      [`${folder}/cpu.cfs_quota_us`]: half.quota,
      [`${folder}/cpu.cfs_period_us`]: half.period,
    });
    expect(cgroups('3:cpu,cpuacct:/job\n1:name=systemd:/\n', at('cpu,cpuacct/job'))).toBe(3);
    expect(cgroups('3:cpu,cpuacct:/job\n', at('cpu/job'))).toBe(3);
    expect(cgroups('1:cpu:/docker/0123\n', at('cpu'))).toBe(3);
  });

  it('have no end without a limit, and without control groups', () => {
    const none = { 'cpu/cpu.cfs_quota_us': '-1\n', 'cpu/cpu.cfs_period_us': '100000\n' };
    expect(cgroups('1:cpu:/\n', none)).toBe(Infinity);
    expect(cgroups('0::/a\n', { 'a/cpu.max': 'max 100000\n' })).toBe(Infinity);
    expect(cgroups('', {})).toBe(Infinity);
    expect(coresOfCgroups({ root: '/nowhere', own: '/nowhere/own' })).toBe(Infinity);
  });

  it('are never more than affinity allows', () => {
    expect(usableCores()).toBeGreaterThanOrEqual(1);
    expect(usableCores()).toBeLessThanOrEqual(availableParallelism());
  });
});
