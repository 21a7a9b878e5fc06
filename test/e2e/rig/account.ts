/** The account that a driven program runs under: where the tests run as root, one without rights and with the sandbox. */
import { spawnSync } from 'node:child_process';
import { chownSync, lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `nobody` of every Linux. */
const UNPRIVILEGED = 65534;

const isRoot = process.getuid?.() === 0;

/** Whether another account is taken: only where root may do so and that account can read the program. */
export function takesOtherAccount(mustRead: string): boolean {
  if (!isRoot) return false;
  const command = [...asOtherAccount(), 'test', '-r', mustRead];
  return spawnSync(command[0]!, command.slice(1)).status === 0;
}

export const asOtherAccount = (): string[] => [
  'setpriv',
  `--reuid=${UNPRIVILEGED}`,
  `--regid=${UNPRIVILEGED}`,
  '--clear-groups',
];

/** Gives a folder and all below it to that account. */
export function handOver(folder: string): void {
  chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    lchownSync(join(entry.parentPath, entry.name), UNPRIVILEGED, UNPRIVILEGED);
}
