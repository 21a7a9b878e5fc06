/** Makes the tiles of reduced label maps from those below them. */
import { AppError } from '../shared/errors.js';
import { TILE_SIDE } from '../shared/mask.js';
import { tileBytes, type LabelledImage, type Layer } from './layers.js';
import { writtenBeside } from './beside.js';
import type { Store } from './open.js';
import { reduceTiles } from './reduce-tiles.js';

/** Milliseconds of decoding before others get a turn. */
const TURN_MS = 8;

/** The size of an image's side at a level, in px. */
export const sizeAt = (size: number, level: number): number => Math.ceil(size / 2 ** level);

interface MadeTile {
  level: number;
  ty: number;
  tx: number;
  bytes: Uint8Array | null;
}

const QUARTERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

export class OverviewBuilder {
  private turnStarted = performance.now();
  private made: MadeTile[] = [];

  constructor(
    private readonly store: Store,
    private readonly layer: Pick<Layer, 'id' | 'version'>,
    private readonly image: LabelledImage,
  ) {}

  /** Stored bytes of a tile at a level; null: void. @throws AppError('bad-project', 'stopped') */
  async tile(level: number, ty: number, tx: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    if (level === 0) return tileBytes(this.store, this.layer.id, ty, tx);
    const kept = this.store
      .sql<{ bytes: Uint8Array | null }>(
        'select bytes from overview_tile where layer_id = ? and level = ? and ty = ? and tx = ?',
      )
      .get(this.layer.id, level, ty, tx);
    if (kept) return kept.bytes;
    const below: (Uint8Array | null)[] = [];
    for (const [dy, dx] of QUARTERS) {
      const [y, x] = [2 * ty + dy, 2 * tx + dx];
      below.push(this.isInside(level - 1, y, x) ? await this.tile(level - 1, y, x, signal) : null);
    }
    const bytes = this.reduced(level, ty, tx, below);
    this.made.push({ level, ty, tx, bytes });
    await this.pause(signal);
    return bytes;
  }

  /** Keeps what was made, unless somebody has painted since: then it is made again at the next look. */
  keep(): void {
    const made = this.made;
    this.made = [];
    if (!made.length || this.store.access !== 'write' || writtenBeside(this.store)) return;
    this.store.transaction(() => {
      const now = this.store
        .sql<{ version: number }>('select version from layer where id = ?')
        .get(this.layer.id)?.version;
      if (now !== this.layer.version) return;
      const keep = this.store.sql(
        'insert or replace into overview_tile (layer_id, level, ty, tx, bytes) values (?, ?, ?, ?, ?)',
      );
      for (const { level, ty, tx, bytes } of made) keep.run(this.layer.id, level, ty, tx, bytes);
    });
  }

  private reduced(
    level: number,
    ty: number,
    tx: number,
    below: readonly (Uint8Array | null)[],
  ): Uint8Array | null {
    const { name, width, height } = this.image;
    try {
      return reduceTiles(below, {
        width: sizeAt(width, level - 1) - 2 * tx * TILE_SIDE,
        height: sizeAt(height, level - 1) - 2 * ty * TILE_SIDE,
      });
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new AppError(
        'bad-project',
        `The labels of ${name} are damaged; restore the project from a copy or import its labels again.`,
        { cause },
      );
    }
  }

  private async pause(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.turnStarted < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw new AppError('stopped', 'Stopped.');
    this.turnStarted = performance.now();
  }

  private isInside(level: number, ty: number, tx: number): boolean {
    return (
      ty * TILE_SIDE < sizeAt(this.image.height, level) && tx * TILE_SIDE < sizeAt(this.image.width, level)
    );
  }
}
