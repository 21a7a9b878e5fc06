/** Finds processes by what started them, for tests that kill one. Reads `ps`, so not on Windows. */
import { execFileSync } from 'node:child_process';

interface Listed {
  pid: number;
  parent: number;
  command: string;
}

/** A process started by `ancestor` or by one that it started, whose command line matches; null: none does. */
export function processBelow(ancestor: number | undefined, command: RegExp): number | null {
  if (ancestor === undefined) return null;
  const all = listed();
  const below = new Set([ancestor]);
  for (let before = 0; before !== below.size;) {
    before = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.find((found) => below.has(found.pid) && command.test(found.command))?.pid ?? null;
}

function listed(): Listed[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
