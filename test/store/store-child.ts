/** A process of its own that does to a store what its parent tells it to, a line of JSON at a time. */
import { createInterface } from 'node:readline';
import { backupStore } from '../../src-main/store/backup.js';
import { listClasses } from '../../src-main/store/classes.js';
import { listImages } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { openStore, type OpenOptions, type Store } from '../../src-main/store/open.js';

/** What a parent may ask for. */
export type Order =
  | { do: 'open'; folder: string; options?: OpenOptions & { networkShare?: boolean } }
  /** Adds rows `NAME-0` … to the table of classes' neighbours that has no limit: runs. One transaction a row. */
  | { do: 'write'; name: string; count?: number }
  | { do: 'paint'; imageId: number; value: number; width: number; height: number }
  | { do: 'read' }
  | { do: 'state' }
  | { do: 'backup' }
  | { do: 'close' };

let store: Store | null = null;
const opened = (): Store => {
  if (!store) throw new Error('No store is open.');
  return store;
};
const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const NFS = 0x6969;

async function obey(order: Order): Promise<object> {
  switch (order.do) {
    case 'open': {
      const { networkShare, ...options } = order.options ?? {};
      store = openStore(order.folder, {
        ...options,
        ...(networkShare && { fileSystemType: () => NFS }),
        onLost: (by) => say({ lost: by?.pid ?? null }),
      });
      return { access: store.access, reason: store.readOnlyReason, notices: store.notices };
    }
    case 'write': {
      const insert = opened().sql(
        `insert into run (name, state, folder, settings, created_at) values (?, 'waiting', ?, '{}', '')`,
      );
      for (let n = 0; n < (order.count ?? 1); n++) {
        insert.run(`${order.name}-${n}`, `models/${order.name}-${n}`);
        say({ wrote: `${order.name}-${n}` });
      }
      return {};
    }
    case 'paint': {
      const { width, height, value } = order;
      const data = new Uint8Array(width * height).fill(value);
      return { tiles: saveMask(opened(), order.imageId, { width, height, data }) };
    }
    case 'read':
      return {
        classes: listClasses(opened()).map(({ name }) => name),
        images: listImages(opened()).length,
        runs: opened()
          .sql<{ name: string }>('select name from run order by id')
          .all()
          .map(({ name }) => name),
      };
    case 'state':
      return { access: opened().access, reason: opened().readOnlyReason };
    case 'backup':
      return {
        backup: (await backupStore(opened(), { onEvent: () => say({ copying: true }) }))?.name ?? null,
      };
    case 'close':
      store?.close();
      store = null;
      return {};
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ok: await obey(JSON.parse(line) as Order) });
  } catch (error) {
    const { code = null, message } = error as Error & { code?: string };
    say({ error: code, message });
  }
}
