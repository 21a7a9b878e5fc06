/** Where this program lies on disk: the folder of its package.json, from the sources and from the bundle alike. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface PackageFile {
  name: string;
  version: string;
}

let found: { folder: string; version: string } | null = null;

function locate(): { folder: string; version: string } {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
      if (name === 'brushfield') return { folder, version };
    }
    if (folder === dirname(folder))
      throw new Error(`No package.json of brushfield above ${import.meta.dirname}.`);
  }
}

/** Absolute path of the package's folder. */
export const packageRoot = (): string => (found ??= locate()).folder;

/** The program's version, e.g. `0.1.0`. */
export const appVersion = (): string => (found ??= locate()).version;

/** Absolute path of a built entry, `out/main/NAME.js`: the engine's process, a worker thread. */
export const entryPath = (name: string): string => join(packageRoot(), 'out', 'main', `${name}.js`);
