/** Resident memory of a process and those it started, as Linux tells it. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** MB by process id, the given one first. A process that ends meanwhile is left out. */
export function memoryOfTree(pid: number): Map<number, number> {
  const found = new Map<number, number>();
  const visit = (at: number) => {
    try {
      const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1];
      if (rss === undefined) return;
      found.set(at, Number(rss) / 1024);
      for (const thread of readdirSync(`/proc/${at}/task`))
        readFileSync(`/proc/${at}/task/${thread}/children`, 'utf8')
          .split(' ')
          .filter(Boolean)
          .forEach((child) => visit(Number(child)));
    } catch {
      return;
    }
  };
  visit(pid);
  return found;
}

/** Called with a started command: the most that it and its engine held together, MB, until `stop`. */
export function watchMemory(child: ChildProcess): { stop(): number } {
  let mostMb = 0;
  const look = () => {
    const sum = [...memoryOfTree(child.pid!).values()].reduce((total, mb) => total + mb, 0);
    mostMb = Math.max(mostMb, sum);
  };
  const timer = setInterval(look, 100);
  return {
    stop() {
      clearInterval(timer);
      return mostMb;
    },
  };
}
