/** The label maps of a project with other label values, made image by image between other work. */
import { AppError } from '../shared/errors.js';
import { tileAt } from '../shared/mask.js';
import type { TileState } from './journal.js';
import type { Store } from './open.js';
import { remapTile } from './tile-runs.js';

/** In images. */
export interface RemapProgress {
  done: number;
  total: number;
}

interface RemapLayer {
  id: number;
  imageId: number;
  version: number;
  pixelsByValue: string;
  width: number;
  height: number;
}

interface Remapped {
  version: number;
  tiles: TileState[];
  pixelsByValue: number[];
}

/** A call that may run where no message can reach it: its signal is only looked at. */
export interface StepCall {
  signal?: Pick<AbortSignal, 'aborted'>;
  onEvent?: (progress: RemapProgress) => void;
}

/** Holds the new tiles in memory, compressed: some 200 kB for a label map of 4096². */
export class LabelRemap {
  private readonly made = new Map<number, Remapped>();

  constructor(
    private readonly store: Store,
    private readonly table: Uint8Array,
  ) {}

  /** Layers with labels, and those with edits that could bring old values back: all get a part of the step. */
  layers(): RemapLayer[] {
    return this.store
      .sql<RemapLayer>(
        `select layer.id, image_id as imageId, version, pixels_by_value as pixelsByValue, width, height
         from layer join image on image.id = image_id
         where kind = 'semantic' and removed_by is null and (labelled_pixels > 0 or exists (select 1 from edit where layer_id = layer.id))
         order by layer.id`,
      )
      .all();
  }

  /** Images that have been remapped. */
  get done(): number {
    return this.made.size;
  }

  isComplete(): boolean {
    return this.stale(this.layers()).length === 0;
  }

  editOf({ id, imageId }: RemapLayer): { imageId: number; tiles: TileState[]; pixelsByValue: number[] } {
    const { tiles, pixelsByValue } = this.made.get(id)!;
    return { imageId, tiles, pixelsByValue };
  }

  /** Remaps what is stale now, with a pause after each image. */
  async next({ signal, onEvent }: StepCall): Promise<void> {
    const layers = this.layers();
    const stale = this.stale(layers);
    for (const layer of stale) {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped; no class was changed.');
      this.made.set(layer.id, this.remapped(layer));
      // As many again are written in the end.
      onEvent?.({ done: this.made.size, total: 2 * Math.max(this.made.size, layers.length) });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private stale(layers: readonly RemapLayer[]): RemapLayer[] {
    return layers.filter(({ id, version }) => this.made.get(id)?.version !== version);
  }

  private remapped({ id, version, pixelsByValue: json, width, height }: RemapLayer): Remapped {
    const old = JSON.parse(json) as number[];
    const counts = new Array<number>(256).fill(0);
    old.forEach((pixels, value) => (counts[this.table[value]!]! += pixels));
    const pixelsByValue = counts.slice(0, Math.max(1, counts.findLastIndex((pixels) => pixels > 0) + 1));
    if (old.every((pixels, value) => pixels === 0 || this.table[value] === value))
      return { version, tiles: [], pixelsByValue: old };
    const tiles: TileState[] = [];
    for (const { ty, tx, bytes } of this.store
      .sql<TileState & { bytes: Uint8Array }>('select ty, tx, bytes from tile where layer_id = ?')
      .all(id)) {
      const now = remapTile(bytes, tileAt(width, height, ty, tx), this.table);
      if (now !== bytes) tiles.push({ ty, tx, bytes: now });
    }
    return { version, tiles, pixelsByValue };
  }
}
