/** Where the built entries of worker threads lie, from the sources and from the bundle alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Absolute path of `out/main/NAME.js`. */
export function entryPath(name: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'out/main', `${name}.js`);
  throw new Error(`No package.json above ${import.meta.dirname}.`);
}
