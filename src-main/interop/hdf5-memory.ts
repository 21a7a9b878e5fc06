/**
 * HDF5 files in the memory of the HDF5 library compiled to WebAssembly. The library never sees the disk, so a hostile
 * file's external links and external storage lead nowhere.
 */
import type * as h5wasm from 'h5wasm';
import { AppError } from '../shared/errors.js';

export type {
  Dataset as Hdf5Dataset,
  Entity as Hdf5Entity,
  File as Hdf5File,
  Group as Hdf5Group,
} from 'h5wasm';

interface MemoryFiles {
  writeFile(path: string, data: Uint8Array): void;
  readFile(path: string): Uint8Array;
  unlink(path: string): void;
  analyzePath(path: string): { exists: boolean };
}

interface Hdf5Library {
  h5: typeof h5wasm;
  files: MemoryFiles;
}

const PATH = '/file.h5';

let loading: Promise<Hdf5Library> | null = null;

// Loaded on first use: 4 MB that most commands never need.
const load = (): Promise<Hdf5Library> =>
  (loading ??= (async () => {
    const h5 = await import('h5wasm');
    const module = (await h5.ready) as unknown as {
      FS: MemoryFiles;
      activate_throwing_error_handler(): void;
    };
    // Otherwise the library prints its error stacks and goes on with half a file.
    module.activate_throwing_error_handler();
    return { h5, files: module.FS };
  })());

/**
 * Opens `bytes` as HDF5, calls `read`, closes it again.
 * @throws AppError('bad-model') with `damaged` for whatever the library cannot follow in the file
 */
export async function readHdf5<T>(
  bytes: Uint8Array,
  damaged: string,
  read: (file: h5wasm.File) => T,
): Promise<T> {
  const { h5, files } = await load();
  let file: h5wasm.File | null = null;
  try {
    files.writeFile(PATH, bytes);
    file = new h5.File(PATH, 'r');
    return read(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('bad-model', damaged, { cause: error });
  } finally {
    close(file);
    remove(files);
  }
}

/** The bytes of a new HDF5 file that `write` has filled. */
export async function writeHdf5(write: (file: h5wasm.File) => void): Promise<Uint8Array> {
  const { h5, files } = await load();
  const file = new h5.File(PATH, 'w');
  try {
    write(file);
    file.close();
    return files.readFile(PATH);
  } finally {
    remove(files);
  }
}

function close(file: h5wasm.File | null): void {
  try {
    file?.close();
  } catch {
    // A damaged file may not even close; it is gone with its memory.
  }
}

function remove(files: MemoryFiles): void {
  if (files.analyzePath(PATH).exists) files.unlink(PATH);
}
