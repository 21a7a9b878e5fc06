/** Painting through the core while it is killed at random moments. */
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { expect } from 'vitest';
import { decodeRuns } from '../../../src-main/shared/mask.js';
import { randomFor, type Random } from '../../../src-main/shared/random.js';
import { temporaryFolder } from '../../store/temporary-store.js';
import { writePng } from '../temporary-project.js';
import { forkCore, openWindow } from './forked-core.js';
import { flatTile } from './windows.js';

const SEED = 20_261_122;
const VALUES = 254;

/** Of every tile of a 2 × 2 image in tiles: the value it is filled with, 0 for void. */
type Painted = number[];
const SIDE = 600;

async function paintUntilKilled(
  folder: string,
  project: string,
  imageId: number,
  random: Random,
): Promise<{ acknowledged: Painted; inFlight: Painted }> {
  const core = forkCore(folder);
  const { api } = openWindow(core);
  await api.openProject({ folder: project });
  const range = { ty0: 0, ty1: 1, tx0: 0, tx1: 1 };
  const loaded = await api.loadTiles({ imageId, level: 0, range });
  const acknowledged = paintedOf(loaded.tiles);
  let inFlight = acknowledged;
  let version = loaded.version;
  const strokes = 1 + Math.floor(random.next() * 12);
  try {
    for (let n = 0; ; n++) {
      const at = Math.floor(random.next() * 4);
      const value = 1 + Math.floor(random.next() * VALUES);
      inFlight = acknowledged.with(at, value);
      const [ty, tx] = [at >> 1, at & 1];
      const size = { ty, tx, width: tx ? SIDE - 512 : 512, height: ty ? SIDE - 512 : 512 };
      const saving = api.saveEdit({
        imageId,
        title: `Stroke ${n}`,
        author: 'person',
        baseVersion: version,
        tiles: [flatTile(value, size)],
      });
      // Somewhere between sending, writing, syncing and answering; the moment differs from machine to machine.
      if (n === strokes) setTimeout(() => process.kill(core.pid!, 'SIGKILL'), random.next() * 8);
      version = (await saving).version;
      acknowledged[at] = value;
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'stopped' });
  }
  await core.ended;
  return { acknowledged, inFlight };
}

function paintedOf(tiles: readonly { ty: number; tx: number; bytes: Uint8Array | null }[]): Painted {
  const painted: Painted = [0, 0, 0, 0];
  for (const { ty, tx, bytes } of tiles) {
    const pixels = (tx ? SIDE - 512 : 512) * (ty ? SIDE - 512 : 512);
    const values = new Set(decodeRuns(inflateRawSync(bytes!), pixels));
    expect(values.size).toBe(1);
    painted[ty * 2 + tx] = [...values][0]!;
  }
  return painted;
}

/** Asserts that after each kill every stroke that was answered is there, and that the file is sound. */
export async function surviveKills(rounds: number): Promise<void> {
  const random = randomFor(SEED);
  const folder = temporaryFolder();
  const setUp = forkCore(folder);
  const { api } = openWindow(setUp);
  const classes = Array.from({ length: VALUES }, (_, i) => `class ${i}`);
  const { folder: project } = await api.createProject({ folder: join(folder, 'p'), classes });
  const picture = writePng(join(folder, 'a.png'), (x, y) => (x + y) % 256, { width: SIDE, height: SIDE });
  const { ids } = await api.addImages({ paths: [picture] });
  await setUp.stop();

  for (let round = 0; round < rounds; round++) {
    const { acknowledged, inFlight } = await paintUntilKilled(folder, project, ids[0]!, random);
    const database = new SqliteDatabase(join(project, 'project.sqlite'));
    const check = database.pragma('integrity_check', { simple: true });
    const tiles = database.prepare('select ty, tx, bytes from tile').all() as {
      ty: number;
      tx: number;
      bytes: Uint8Array;
    }[];
    database.close();
    expect(check).toBe('ok');
    // At most the stroke in progress may be there beyond what was answered.
    expect([acknowledged, inFlight]).toContainEqual(paintedOf(tiles));
  }
}
