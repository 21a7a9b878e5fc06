/** The files of the window's page, out/renderer, by their URL. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { packageRoot } from './package-root.js';

export interface PageFile {
  /** Media type. */
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** A folder of built files, `out/renderer` of this program by default. */
export class PageFiles {
  /** URL path → absolute path. Only what was found in the folder can be asked for, whatever a path spells. */
  private files: ReadonlyMap<string, string>;

  constructor(private readonly folder = join(packageRoot(), 'out', 'renderer')) {
    this.files = listed(folder);
  }

  /** `path` begins with a slash; `/` is index.html. Null for what is not there. */
  async read(path: string): Promise<PageFile | null> {
    const name = path === '/' ? '/index.html' : path;
    // A build may have put other files there since.
    if (!this.files.has(name)) this.files = listed(this.folder);
    const file = this.files.get(name);
    if (file === undefined) return null;
    try {
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      return { type, bytes: new Uint8Array(await readFile(file)) };
    } catch {
      return null;
    }
  }
}

function listed(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  const visit = (below: string) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) files.set(`/${path.split(sep).join('/')}`, join(folder, path));
    }
  };
  try {
    visit('');
  } catch {
    // Not built: nothing is there.
  }
  return files;
}
