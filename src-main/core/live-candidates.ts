/** What suggestions are learned from: a bounded sample of the pixels of a project's images that people labelled. */
import { setImmediate } from 'node:timers/promises';
import { Candidates, rankLimits, samplePixels, type SampledPixels } from '../shared/label-sample.js';
import { tileAt } from '../shared/mask.js';
import { findLayer, labelledImage, tileBytes, tileVersions } from '../store/layers.js';
import { modelPixels } from '../store/model-pixels.js';
import type { Store } from '../store/store.js';
import { visitRuns } from '../store/tile-runs.js';

interface KnownTile {
  version: number;
  /** Where its labels are a model's. */
  model: Uint8Array | undefined;
  candidates: Candidates;
}

interface KnownImage {
  version: number;
  tiles: Map<string, KnownTile>;
}

export interface SampleOptions {
  /** Images by their ids, with the version of their labels and how many pixels of each label value people labelled. */
  images: readonly { id: number; version: number; pixelsByValue: readonly number[] }[];
  /** Label values. */
  classes: readonly number[];
  signal?: AbortSignal | undefined;
}

/** How long tiles are read before others have their turn. */
const SLICE_MS = 8;

/** Remembers the tiles that were read, so that a stroke costs those that it changed. */
export class LiveCandidates {
  private readonly images = new Map<number, KnownImage>();

  constructor(private readonly seed: number) {}

  /**
   * Labelled pixels without those that a model labelled and nobody confirmed: a classifier that learns from what was taken
   * over from it believes itself. @returns in the order of the images. @throws AppError('not-found'), what the signal says.
   */
  async sample(store: Store, { images, classes, signal }: SampleOptions): Promise<SampledPixels[]> {
    const limits = rankLimits(totals(images.map(({ pixelsByValue }) => pixelsByValue)));
    const wanted = new Set(images.map(({ id }) => id));
    for (const id of this.images.keys()) if (!wanted.has(id)) this.images.delete(id);
    let breath = performance.now();
    for (const { id, version } of images)
      for (const read of this.update(store, id, { version, limits })) {
        read();
        if (performance.now() - breath < SLICE_MS) continue;
        // Painting and lists are answered in between.
        await setImmediate();
        signal?.throwIfAborted();
        breath = performance.now();
      }
    const parts = images.map(({ id }) =>
      [...this.images.get(id)!.tiles.values()].map(({ candidates }) => candidates),
    );
    return samplePixels(parts, { classes, limits });
  }

  clear(): void {
    this.images.clear();
  }

  /** What has to be read of an image, tile by tile. */
  private *update(
    store: Store,
    imageId: number,
    { version, limits }: { version: number; limits: Float64Array },
  ): Generator<() => void> {
    let known = this.images.get(imageId);
    if (!known) this.images.set(imageId, (known = { version: -1, tiles: new Map() }));
    const enough = ({ candidates }: KnownTile) =>
      limits.every((limit, value) => limit <= candidates.limits[value]!);
    const { tiles } = known;
    if (known.version === version && [...tiles.values()].every(enough)) return;
    const { width, height } = labelledImage(store, imageId);
    const layer = findLayer(store, imageId);
    const stored = layer ? tileVersions(store, layer.id) : [];
    const models = new Map(modelPixels(store, imageId).tiles.map((tile) => [keyOf(tile), tile.bytes]));
    const keys = new Set(stored.map(keyOf));
    for (const key of tiles.keys()) if (!keys.has(key)) tiles.delete(key);
    for (const one of stored) {
      const before = tiles.get(keyOf(one));
      const model = models.get(keyOf(one));
      if (before?.version === one.version && same(before.model, model) && enough(before)) continue;
      yield () => {
        const bytes = tileBytes(store, layer!.id, one.ty, one.tx);
        const rect = tileAt(width, height, one.ty, one.tx);
        // Roomier than needed, so that the next strokes fit in.
        const roomy = limits.map((limit) => 2 * limit);
        const candidates = new Candidates({ image: imageId, seed: this.seed, limits: roomy });
        if (bytes) offerTile(candidates, { bytes, model, rect, width });
        tiles.set(keyOf(one), { version: one.version, model, candidates });
      };
    }
    known.version = version;
  }
}

const keyOf = ({ ty, tx }: { ty: number; tx: number }): string => `${ty},${tx}`;

function offerTile(
  candidates: Candidates,
  {
    bytes,
    model,
    rect,
    width,
  }: { bytes: Uint8Array; model: Uint8Array | undefined; rect: ReturnType<typeof tileAt>; width: number },
): void {
  const size = rect.width * rect.height;
  const skipped = model ? new Uint8Array(size) : null;
  if (model && skipped) visitRuns(model, size, (value, start, end) => void skipped.fill(value, start, end));
  visitRuns(bytes, size, (value, start, end) => {
    if (value === 0) return;
    for (let i = start; i < end;) {
      const row = Math.floor(i / rect.width);
      const rowEnd = Math.min(end, (row + 1) * rect.width);
      const toPlace = (rect.y + row) * width + rect.x - row * rect.width;
      for (; i < rowEnd; i++) if (!skipped?.[i]) candidates.offer(value, toPlace + i);
    }
  });
}

function totals(counts: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(256).fill(0);
  for (const own of counts) own.forEach((pixels, value) => (sums[value]! += pixels));
  return sums;
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
