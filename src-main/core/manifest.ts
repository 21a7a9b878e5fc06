/** `manifest.json` in an output folder: which model made what from which file, and what went wrong. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CleanUp } from '../shared/clean-up.js';
import { AppError } from '../shared/errors.js';
import type { ClassInfo } from '../shared/model.js';

export const MANIFEST_FILE = 'manifest.json';

export interface ManifestModel {
  run: string;
  network: string;
  /** Of the weights together with what maps an image to the network's input. */
  sha256: string;
  classes: ClassInfo[];
}

/** What besides model and input decides the bytes of the outputs. */
export interface ManifestSettings {
  tile: number;
  probabilities: boolean;
  overlay: boolean;
  /** Names of the classes that are kept; null keeps all. */
  classes: string[] | null;
  /** Only where something was cleaned up, so that manifests of earlier versions still mean the same work. */
  cleanUp?: CleanUp;
}

export interface ManifestFile {
  /** Relative to the input, with `/`. */
  input: string;
  /** The outputs' common beginning, relative to the output folder, with `/`. */
  name: string;
  state: 'waiting' | 'done' | 'failed';
  /** Of the input's bytes; null before it was read. */
  sha256: string | null;
  outputs: string[];
  /** How the image differs from what the model was trained on, and what could not be done to it (image-warnings.ts). */
  warnings: string[];
  /** Decoding, computing and writing. */
  seconds: number | null;
  error: string | null;
}

export interface Manifest {
  version: 1;
  software: string;
  model: ManifestModel;
  settings: ManifestSettings;
  /** Where only a part of the inputs was segmented: which, and the hash of the names of all. */
  shard?: { index: number; count: number; inputs: string };
  files: ManifestFile[];
}

/**
 * The manifest of an output folder, or null when it has none.
 * @throws AppError('exists') when `manifest.json` is another program's or damaged: it is not ours to replace.
 */
export async function readManifest(folder: string, name = MANIFEST_FILE): Promise<Manifest | null> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const manifest = parse(text);
  if (!manifest)
    throw new AppError(
      'exists',
      `${path} is damaged or was written by another program; choose another output folder.`,
    );
  return manifest;
}

function parse(text: string): Manifest | null {
  try {
    const manifest = JSON.parse(text) as Partial<Manifest> | null;
    return manifest?.version === 1 && manifest.model && Array.isArray(manifest.files)
      ? (manifest as Manifest)
      : null;
  } catch {
    return null;
  }
}

const WRITE_EVERY_MS = 2000;
/** That writing may take, of very long manifests. */
const SHARE_OF_TIME = 0.05;
/** Some hundred kilobytes: as one string, the manifest of 30,000 images made the process 100 MB larger. */
const FILES_A_PIECE = 500;

/** As indented JSON with a final newline. */
export async function* manifestPieces({ files, ...head }: Manifest): AsyncGenerator<Uint8Array> {
  const indented = (value: unknown) => JSON.stringify(value, null, 2);
  if (!files.length) return yield Buffer.from(`${indented({ ...head, files })}\n`);
  yield Buffer.from(`${indented(head).slice(0, -2)},\n  "files": [\n`);
  for (let start = 0; start < files.length; start += FILES_A_PIECE) {
    const items = files.slice(start, start + FILES_A_PIECE).map((file) => indented(file));
    const text = items.join(',\n').replaceAll(/^/gm, '    ');
    yield Buffer.from(`${text}${start + FILES_A_PIECE < files.length ? ',' : ''}\n`);
    await setImmediate();
  }
  yield Buffer.from('  ]\n}\n');
}

export interface ManifestWriter {
  readonly manifest: Manifest;
  /** Writes now if the last time is long ago. What is not written yet when the process dies is done again. */
  changed(): Promise<void>;
  write(): Promise<void>;
}

/**
 * @param put writes the pieces of a file, whole or not at all
 * @param now milliseconds of a clock that never goes back
 */
export function createManifestWriter(
  put: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
  manifest: Manifest,
  now = () => performance.now(),
): ManifestWriter {
  let writtenAt = -Infinity;
  let everyMs = WRITE_EVERY_MS;
  const write = async () => {
    writtenAt = now();
    await put(manifestPieces(manifest));
    everyMs = Math.max(WRITE_EVERY_MS, (now() - writtenAt) / SHARE_OF_TIME);
  };
  return {
    manifest,
    write,
    changed: async () => {
      if (now() - writtenAt >= everyMs) await write();
    },
  };
}
