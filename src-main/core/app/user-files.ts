/** Small JSON files of a user: written whole, read with tolerance, and a damaged one is kept aside. */
import { readFile, rename } from 'node:fs/promises';
import { writeJsonAtomic } from '../../disk/atomic-file.js';

/** Nobody's preferences are larger; something else has that name. */
const MAX_BYTES = 8 << 20;

/** The object in a file; null when there is no file or none that can be read. */
export async function readUserFile(path: string): Promise<Record<string, unknown> | null> {
  try {
    const content = await readFile(path);
    if (content.length > MAX_BYTES) return null;
    const value: unknown = JSON.parse(content.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const queues = new Map<string, Promise<unknown>>();

/**
 * Reads, changes and writes a file; changes of this process to one file come one after the other. A file that could
 * not be read is kept beside it with the ending `.damaged`.
 * @throws AppError('disk')
 */
export function changeUserFile<T extends object>(
  path: string,
  change: (before: Record<string, unknown> | null) => T,
): Promise<T> {
  const work = async () => {
    const before = await readUserFile(path);
    if (!before) await rename(path, `${path}.damaged`).catch(() => undefined);
    const after = change(before);
    await writeJsonAtomic(path, after);
    return after;
  };
  const turn = (queues.get(path) ?? Promise.resolve()).then(work, work);
  queues.set(path, turn);
  // The queue only orders; whoever asked gets the error.
  void turn.catch(() => undefined).finally(() => queues.get(path) === turn && queues.delete(path));
  return turn;
}
