/** A Slurm of one node: munge, controller and node daemon without systemd, all under one's own user in one folder. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, hostname, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SlurmNode {
  /** For commands as sbatch. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

const PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/usr/local/sbin'].join(delimiter);
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'sinfo'];

/** Names of programs that are not installed (Debian: slurm-wlm). */
export const missingPrograms = (): string[] =>
  PROGRAMS.filter((name) => !PATH.split(delimiter).some((folder) => existsSync(join(folder, name))));

/** @param folder an empty one with a short path: a socket lies in it. */
export async function startSlurm(folder: string): Promise<SlurmNode> {
  for (const name of ['state', 'spool', 'log']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 });
  const config = join(folder, 'slurm.conf');
  writeFileSync(config, await configuration(folder));
  const env = { ...process.env, PATH, SLURM_CONF: config };
  const { stdout: version } = await run('sbatch', ['--version'], { env });
  // From 23 on a node wants cgroups unless it is told not to.
  if (Number(/\d+/.exec(version)?.[0]) >= 23)
    writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=disabled\n');
  const munge = ['key-file', 'socket', 'pid-file', 'seed-file', 'log-file'].map(
    (what) => `--${what}=${join(folder, { 'key-file': 'munge.key' }[what] ?? `munge.${what}`)}`,
  );
  const host = hostname().split('.')[0]!;
  const stop = async () => {
    for (const name of ['slurmd.pid', 'slurmctld.pid', 'munge.pid-file']) await end(join(folder, name));
  };
  try {
    await run('munged', ['--force', ...munge], { env });
    await run('slurmctld', ['-f', config], { env });
    await run('slurmd', ['-f', config, '-N', host], { env });
    for (let tries = 0; !/idle/.test((await run('sinfo', ['-h', '-o', '%T'], { env })).stdout); tries++) {
      if (tries > 120) throw new Error('the node of Slurm does not become idle');
      await new Promise((wake) => setTimeout(wake, 500));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, stop };
}

async function configuration(folder: string): Promise<string> {
  const [host, user] = [hostname().split('.')[0]!, userInfo().username];
  const at = (name: string) => join(folder, name);
  const cores = Math.max(4, availableParallelism());
  return `${[
    'ClusterName=test',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${at('munge.socket')}`,
    `SlurmctldPort=${await freePort()}`,
    `SlurmdPort=${await freePort()}`,
    `StateSaveLocation=${at('state')}`,
    `SlurmdSpoolDir=${at('spool')}`,
    `SlurmctldPidFile=${at('slurmctld.pid')}`,
    `SlurmdPidFile=${at('slurmd.pid')}`,
    `SlurmctldLogFile=${at('log/slurmctld.log')}`,
    `SlurmdLogFile=${at('log/slurmd.log')}`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SwitchType=switch/none',
    'MpiDefault=none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'ReturnToService=2',
    'JobCompType=jobcomp/none',
    'AccountingStorageType=accounting_storage/none',
    'JobAcctGatherType=jobacct_gather/none',
    'MailProg=/bin/true',
    // Four tasks at a time, also on a machine of fewer cores.
    'SlurmdParameters=config_overrides',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cores} State=UNKNOWN`,
    'PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
  ].join('\n')}\n`;
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer().on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function end(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      return;
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
