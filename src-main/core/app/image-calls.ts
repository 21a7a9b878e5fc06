/** Calls about the images of a project: adding, listing, opening, and what a person says of them. */
import { setTimeout } from 'node:timers/promises';
import type { AddedImages, AppApi, OpenedImage, ProjectState } from '../../shared/app-api.js';
import { isAppError } from '../../shared/errors.js';
import { packIds } from '../../shared/packed-ids.js';
import { packOutlines } from '../../shared/packed-outlines.js';
import type { ChannelRange } from '../../pixels/channel-range.js';
import { levelCount } from '../../pixels/pyramid.js';
import { history } from '../../store/edits.js';
import { imageIds, imageOutlines, imagePage, pagesOf } from '../../store/image-list.js';
import { imageById } from '../../store/images.js';
import { changeGroup, changeNote, changeSplits, markDone, removeImages } from '../../store/project-steps.js';
import { requireUnchanged } from '../images.js';
import { alikeImages, hashImages } from '../leak-guard.js';
import { splitProject } from '../splits.js';
import { addImages } from './adding-images.js';
import { findImageFiles } from './finding-files.js';
import type { OpenProject } from './open-project.js';
import { labelVersion, type Session } from './session.js';

type ImageCalls = Pick<
  AppApi,
  | 'addImages'
  | 'imageIds'
  | 'imageRows'
  | 'imageOutlines'
  | 'openImage'
  | 'relinkFolder'
  | 'removeImages'
  | 'setSplit'
  | 'splitImages'
  | 'setGroup'
  | 'setNote'
  | 'markDone'
>;

export function imageCalls(session: Session): ImageCalls {
  const told = (open: OpenProject, images: readonly number[] | null): ProjectState => {
    session.changed({ images });
    return open.state();
  };
  return {
    async addImages({ paths }, call): Promise<AddedImages> {
      const added = await addImages(session.requireWritable().project, paths, call);
      // The answer has no counts: this window hears of them as the others do.
      if (added.ids.length) session.changed({ images: null }, { self: true });
      return added;
    },
    imageIds: async ({ filter, order }) =>
      packIds(imageIds(session.requireProject().project.store, { filter, order })),
    async imageRows({ ids }) {
      const open = session.requireProject();
      return imagePage(open.project.store, ids).map((image) => open.rowOf(image));
    },
    imageOutlines: async (page) => packOutlines(imageOutlines(session.requireProject().project.store, page)),
    openImage: ({ id }, call) => openImage(session, id, call?.signal),
    async relinkFolder({ folder }, call) {
      const open = session.requireWritable();
      const result = await findImageFiles(open.project, session.services.pool, folder, call);
      open.forgetPlaces();
      session.changed({ images: null }, { self: true });
      return result;
    },
    async removeImages({ ids }) {
      const open = session.requireWritable();
      const title =
        ids.length === 1
          ? `Remove ${imageById(open.project.store, ids[0]!).name}`
          : `Remove ${ids.length} images`;
      removeImages(open.project.store, ids, title);
      return told(open, null);
    },
    async setSplit({ ids, split }) {
      const open = session.requireWritable();
      changeSplits(
        open.project.store,
        ids.map((id) => [id, split] as const),
        'Change split',
      );
      return told(open, ids);
    },
    async splitImages({ together = true, ...shares }, call) {
      const open = session.requireWritable();
      if (together) await hashImages(open.project, call);
      splitProject(open.project, { ...shares, ...(together && { alike: alikeImages(open.project) }) });
      return told(open, null);
    },
    async setGroup({ ids, group }) {
      const open = session.requireWritable();
      changeGroup(open.project.store, ids, group, 'Change group');
      return told(open, ids);
    },
    async setNote({ id, note, acquisition }) {
      const open = session.requireWritable();
      const { store } = open.project;
      const { name } = imageById(store, id);
      changeNote(store, id, { note, acquisition }, `Change note of ${name}`);
      return told(open, [id]);
    },
    async markDone({ ids, done }) {
      const open = session.requireWritable();
      const doneAt = done ? new Date().toISOString() : null;
      markDone(open.project.store, ids, doneAt, done ? 'Mark as done' : 'Mark as not done');
      return told(open, ids);
    },
  };
}

/** Waits for the image's pixels, since nothing can be shown without their range; its labels are there at once. */
async function openImage(
  session: Session,
  id: number,
  signal: AbortSignal | undefined,
): Promise<OpenedImage> {
  const open = session.requireProject();
  const { store } = open.project;
  const image = imageById(store, id);
  session.openedImage = id;
  session.dropRequests(id);
  const request = session.request(id, signal);
  try {
    const located = await open.locate(id, { anew: true });
    const [{ display, sentence }, channelNames] = await Promise.all([
      displayOf(session, open, id, { signal: request.signal }),
      namesOf(session, located.state === 'missing' ? null : located.path, request.signal),
    ]);
    const row = imagePage(store, [id])[0];
    if (!row) imageById(store, id);
    prefetchNext(session, open, id);
    const { undo, redo } = history(store, id);
    return {
      ...open.rowOf(row!),
      file: { state: located.state, path: located.path ?? image.absolutePath, sentence },
      alpha: image.alpha,
      channelNames,
      display,
      levels: levelCount(image),
      pages: pagesOf(store, id),
      maskVersion: labelVersion(store, id),
      history: { undo, redo },
    };
  } finally {
    request.end();
  }
}

/** About as long as the tiles of a screen take. */
const PREFETCH_AFTER_MS = 200;

interface Display {
  /** Empty when the file is gone and nothing of it is in the cache. */
  display: ChannelRange[];
  sentence: string | null;
}

async function displayOf(
  session: Session,
  open: OpenProject,
  id: number,
  { signal }: { signal: AbortSignal },
): Promise<Display> {
  const image = imageById(open.project.store, id);
  let sentence: string | null = null;
  try {
    requireUnchanged(await open.locate(id));
  } catch (error) {
    if (!isAppError(error)) throw error;
    sentence = error.message;
  }
  try {
    const display = await session.services.planes.ranges(open.planeOf(image), { signal });
    return { display, sentence };
  } catch (error) {
    if (sentence !== null && isAppError(error) && error.code !== 'stopped') return { display: [], sentence };
    throw error;
  }
}

/** What the file calls its channels; null when it does not say. */
async function namesOf(session: Session, path: string | null, signal: AbortSignal): Promise<string[] | null> {
  if (path === null) return null;
  const info = await session.services.pool.info(path, { signal, priority: 'visible' }).catch(() => null);
  return info?.channelNames ?? null;
}

/** The image that most people open next, while they look at this one. */
function prefetchNext(session: Session, open: OpenProject, id: number): void {
  const next = open.project.store
    .sql<{ id: number }>('select id from image where id > ? and removed_by is null order by id limit 1')
    .get(id);
  if (!next) return;
  // Its own, so that opening it does not drop what has begun.
  const request = session.request(next.id, undefined);
  // The tiles of this one are asked for now, and decoding takes all the cores there are.
  setTimeout(PREFETCH_AFTER_MS, undefined, { signal: request.signal, ref: false })
    .then(() => {
      const source = open.planeOf(imageById(open.project.store, next.id));
      return session.services.planes.ranges(source, { signal: request.signal });
    })
    // Whoever opens it is told what is wrong with it.
    .catch(() => undefined)
    .finally(request.end);
}
