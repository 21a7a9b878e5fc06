/** Notices that another program, such as the command line, has written the project that is read here. */
import type { Store } from '../../store/open.js';

const LOOK_MS = 2000;

/** Calls `changed` when another process wrote; what this process writes is told at once by the sessions. @returns a function that ends it. */
export function watchOtherPrograms(store: Store, changed: () => void): () => void {
  const holder = store.heldBy;
  const elsewhere = holder === true || (holder !== null && holder.pid !== process.pid);
  if (!elsewhere) return () => undefined;
  // Differs from before exactly when another connection has committed (sqlite.org/pragma.html#pragma_data_version).
  const version = () => store.sql<{ data_version: number }>('pragma data_version').get()?.data_version;
  let last = version();
  const timer = setInterval(() => {
    try {
      const now = version();
      if (now === last) return;
      last = now;
      changed();
    } catch {
      // Whatever is wrong with the file is told by the next call that needs it.
    }
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}
