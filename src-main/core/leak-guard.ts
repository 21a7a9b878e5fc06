/** Points out images that are nearly the same but lie on both sides of a split: their scores would be too good. */
import { perceptualHash } from '../measure/perceptual-hash.js';
import { isAppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { listImageHashes, saveImageHash } from '../store/image-hashes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { createDecoderPool, type DecoderPool } from './decoding.js';
import { locateImages, type LocatedImage } from './images.js';
import { nearSets } from './leak-guard-sets.js';
import type { Project } from './projects.js';

/** Bits of 63. Different fields of one preparation differ in 10 and more, a picture saved again or rescaled in fewer. */
const NEAR_BITS = 6;
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
 * Looks at the images that nobody has looked at yet, and remembers how they look. Files that are missing or changed
 * are left for the next time. Does nothing where the project is only read.
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
    return perceptualHash(await decoder.decode(path, image.page, { signal }));
  } catch (error) {
    if (isAppError(error) && error.code !== 'stopped' && error.code !== 'set-up') return null;
    throw error;
  }
}

/** Ids of images that look nearly the same, as far as they were looked at; sets of two and more. */
export function alikeImages(project: Project): number[][] {
  const hashes = [...listImageHashes(project.store)].flatMap(([id, hash]) => (hash ? [{ id, hash }] : []));
  return nearSets(
    hashes.map(({ hash }) => hash),
    NEAR_BITS,
  ).map((places) => places.map((place) => hashes[place]!.id));
}

/** What lies both in training and in validation or test, or in validation and test. Groups before likenesses. */
export function findLeaks(project: Project): Leak[] {
  const images = listImages(project.store);
  const byId = new Map(images.map((image) => [image.id, image]));
  const groups = [...Map.groupBy(images, ({ group }) => group).values()].filter(isTorn);
  const alike = alikeImages(project)
    .map((ids) => ids.flatMap((id) => byId.get(id) ?? []))
    .filter((set) => isTorn(set) && new Set(set.map(({ group }) => group)).size > 1);
  return [
    ...groups.map((set): Leak => ({ kind: 'group', images: namesOf(set) })),
    ...alike.map((set): Leak => ({ kind: 'alike', images: namesOf(set) })),
  ];
}

/** One sentence on all leaks of a kind with the first names, for a person. */
export function leakSentences(leaks: readonly Leak[]): string[] {
  const sentence = (kind: Leak['kind'], one: string, advice: string) => {
    const found = leaks.filter((leak) => leak.kind === kind);
    if (!found.length) return [];
    const [first] = found;
    const names = first!.images.slice(0, 3).join(', ') + (first!.images.length > 3 ? ', …' : '');
    const more = found.length > 1 ? `, and ${found.length - 1} more such sets` : '';
    return [
      `${one} lie on both sides of the split (${names}${more}), so scores will be too good; ${advice}.`,
    ];
  };
  return [
    ...sentence('group', 'Images of one group', '"brushfield split" keeps groups together'),
    ...sentence('alike', 'Images that look nearly the same', '"brushfield split" keeps them together'),
  ];
}

const sideOf = ({ split }: ImageRow) => split ?? 'train';
const isTorn = (set: readonly ImageRow[]): boolean => new Set(set.map(sideOf)).size > 1;
const namesOf = (set: readonly ImageRow[]): string[] =>
  set
    .toSorted((a, b) => Number(sideOf(a) !== 'train') - Number(sideOf(b) !== 'train') || a.id - b.id)
    .map(({ name }) => name);
