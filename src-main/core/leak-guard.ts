/** Points out images that are nearly the same but lie on both sides of a split: their scores would be too good. */
import { isAppError } from '../shared/errors.js';
import type { Split } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { listImageHashes, saveImageHash } from '../store/image-hashes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { createDecoderPool, type DecoderPool } from './decoding.js';
import { locateImages, type LocatedImage } from './images.js';
import { nearSets, type Nearness } from './leak-guard-sets.js';
import type { Project } from './projects.js';

/**
 * Measured on 238 pictures of four kinds (electron microscopy, fluorescence, stained cells, streets): pictures saved as
 * JPEG (quality 50 and more), scaled by ½ or 2, or cut by 1 % at each side are all found, brighter ones (also where
 * they are clipped) 92 in 100 and more, those that lost 2 % at two sides 69 … 100, 5 % at one side 17 … 63. Neighbouring
 * slices of a stack differ in 54 bits and more, different cells in the middle of their pictures in 60.
 */
const NEAR: Nearness = { coarseBits: 8, bits: 48 };
/** Images whose hashes are written together, so that a long search that is stopped is not lost. */
const BATCH = 64;

export interface HashProgress {
  done: number;
  total: number;
  name: string;
}

export interface Leak {
  /** `group`: pages of one stack or images of one group. `alike`: they look nearly the same. */
  kind: 'group' | 'alike';
  /** Names, those that are trained on first. */
  images: string[];
}

/**
 * Looks at the images that were not looked at when they were imported, and remembers how they look. Files that are
 * missing or changed are left for the next time. Does nothing where the project is only read.
 * @throws AppError('stopped'); what was looked at before is kept.
 */
export async function hashImages(project: Project, call: Call<HashProgress> = {}): Promise<void> {
  if (project.store.access !== 'write') return;
  const known = listImageHashes(project.store);
  const unknown = listImages(project.store).filter(({ id }) => !known.has(id));
  if (!unknown.length) return;
  const located = await locateImages(project, unknown, call.signal ? { signal: call.signal } : {});
  const decoder = createDecoderPool();
  try {
    for (let from = 0; from < located.length; from += BATCH) {
      const hashes: [number, string | null][] = [];
      for (const [i, found] of located.slice(from, from + BATCH).entries()) {
        const hash = await hashOf(found, decoder, call.signal);
        if (hash !== undefined) hashes.push([found.image.id, hash]);
        call.onEvent?.({ done: from + i + 1, total: located.length, name: found.image.name });
      }
      project.store.transaction(() => hashes.forEach(([id, hash]) => saveImageHash(project.store, id, hash)));
    }
  } finally {
    await decoder.close();
  }
}

/** Undefined for a file that is not there as it was. */
async function hashOf(
  { image, state, path }: LocatedImage,
  decoder: DecoderPool,
  signal: AbortSignal | undefined,
): Promise<string | null | undefined> {
  if (path === null || state === 'changed') return undefined;
  try {
    return await decoder.look(path, image.page, { signal });
  } catch (error) {
    if (isAppError(error) && error.code !== 'stopped' && error.code !== 'set-up') return null;
    throw error;
  }
}

/** Ids of images that look nearly the same, as far as they were looked at; sets of two and more. */
export function alikeImages(project: Project): number[][] {
  return nearOf([...listImageHashes(project.store)].map(([id, hash]) => ({ of: id, hash })));
}

/** An image of any project, and how it looks. */
interface Looked<T> {
  of: T;
  hash: string | null;
}

function nearOf<T>(images: readonly Looked<T>[]): T[][] {
  const looked = images.flatMap(({ of, hash }) => (hash === null ? [] : [{ of, hash }]));
  return nearSets(
    looked.map(({ hash }) => hash),
    NEAR,
  ).map((places) => places.map((place) => looked[place]!.of));
}

/**
 * What lies both in training and in validation or test, or in validation and test; groups before likenesses. Images
 * that nobody has looked at are like no other.
 */
export function findLeaks(project: Project): Leak[] {
  return leaksOf(listImages(project.store), project);
}

/** As `findLeaks`, but only what lies both in training and in this split. */
export function leaksInto(project: Project, split: Split): Leak[] {
  const images = listImages(project.store).filter((image) => ['train', split].includes(sideOf(image)));
  return leaksOf(images, project);
}

function leaksOf(images: readonly ImageRow[], project: Project): Leak[] {
  // Before anything is divided there is nothing to compare.
  if (!isTorn(images)) return [];
  const byId = new Map(images.map((image) => [image.id, image]));
  const groups = [...Map.groupBy(images, ({ group }) => group).values()].filter(isTorn);
  const looksAlike = alikeImages(project)
    .map((ids) => ids.flatMap((id) => byId.get(id) ?? []))
    .filter((set) => isTorn(set) && new Set(set.map(({ group }) => group)).size > 1);
  return [
    ...groups.map((set): Leak => ({ kind: 'group', images: namesOf(set) })),
    ...looksAlike.map((set): Leak => ({ kind: 'alike', images: namesOf(set) })),
  ];
}

/**
 * Images of `scored` that look like images that `trainedOn` names of another project, the one a model was made in.
 * @param trainedOn whether an image of `project` was trained on.
 */
export function likenessesAcross(
  project: Project,
  trainedOn: (image: ImageRow) => boolean,
  scored: Project,
): Leak[] {
  const looked = (from: Project, side: 'trained' | 'scored', keep: (image: ImageRow) => boolean) => {
    const hashes = listImageHashes(from.store);
    return listImages(from.store)
      .filter(keep)
      .map(({ id, name }) => ({ of: { side, name }, hash: hashes.get(id) ?? null }));
  };
  return nearOf([...looked(project, 'trained', trainedOn), ...looked(scored, 'scored', () => true)])
    .filter((set) => new Set(set.map(({ side }) => side)).size > 1)
    .map((set): Leak => ({ kind: 'alike', images: set.map(({ name }) => name) }));
}

const sideOf = ({ split }: ImageRow): Split => split ?? 'train';
const isTorn = (set: readonly ImageRow[]): boolean => new Set(set.map(sideOf)).size > 1;
const namesOf = (set: readonly ImageRow[]): string[] =>
  set
    .toSorted((a, b) => Number(sideOf(a) !== 'train') - Number(sideOf(b) !== 'train') || a.id - b.id)
    .map(({ name }) => name);
