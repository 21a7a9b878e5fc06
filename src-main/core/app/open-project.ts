/** A project as one session has it open: the store, where its files are, its cache, and what the window is told of it. */
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ImageListRow, ProjectState } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import type { PyramidShape } from '../../pixels/pyramid.js';
import { startBackups } from '../../store/backup-schedule.js';
import { listClasses } from '../../store/classes.js';
import { countImages, type ListedImage } from '../../store/image-list.js';
import { imageById, type ImageRow } from '../../store/images.js';
import { findLayer } from '../../store/layers.js';
import { projectHistory } from '../../store/project-history.js';
import { locateImage, requireUnchanged, type LocatedImage } from '../images.js';
import type { Project } from '../projects.js';
import { CacheFolder } from './cache-folder.js';
import { StructureSize } from './training-structure.js';
import type { PlaneSource } from './plane-cache.js';
import { thumbnailKey } from './thumbnail-key.js';
import { DROPPED_LABELS } from './uploads.js';

const THUMBNAIL_BYTES = 1e9;
const TILES_BYTES = 16e9;
const PREDICTIONS_BYTES = 4e9;
/** Longer than between two key presses for undo. */
const CALM_MS = 600;

export class OpenProject {
  /** In the URLs of its pixels. */
  session = newSecret();
  /** The same for every session that has this project open, however it was named. */
  readonly key: string;
  readonly thumbnails: CacheFolder;
  readonly tiles: CacheFolder;
  readonly predictions: CacheFolder;
  readonly structure = new StructureSize();
  private readonly located = new Map<number, Promise<LocatedImage>>();
  private untoldNotices: string[];
  private paintedMs = -Infinity;
  private readonly stopBackups: () => Promise<void>;

  /** `onProblem` is told what is wrong with the backups that are made meanwhile. */
  constructor(
    readonly project: Project,
    private onProblem: (sentence: string) => void,
  ) {
    const cache = join(project.folder, 'cache');
    this.key = realpathSync(project.folder);
    this.thumbnails = new CacheFolder({ folder: join(cache, 'thumbnails'), budgetBytes: THUMBNAIL_BYTES });
    this.tiles = new CacheFolder({ folder: join(cache, 'pixels'), budgetBytes: TILES_BYTES });
    this.predictions = new CacheFolder({
      folder: join(cache, 'predictions'),
      budgetBytes: PREDICTIONS_BYTES,
    });
    this.untoldNotices = [...project.store.notices];
    this.stopBackups = startBackups(project.store, { onProblem: (sentence) => this.onProblem(sentence) });
  }

  /** Another window has it from now on. */
  welcome(onProblem: (sentence: string) => void): void {
    this.onProblem = onProblem;
    this.session = newSecret();
  }

  /** As it is now. Notices are told once. */
  state(): ProjectState {
    const { folder, name, store } = this.project;
    const notices = this.untoldNotices;
    this.untoldNotices = [];
    return {
      session: this.session,
      folder,
      name,
      access: store.access,
      readOnlyReason: store.readOnlyReason,
      canTakeOver: store.access === 'read' && store.heldBy !== null,
      classes: listClasses(store),
      counts: countImages(store),
      history: projectHistory(store),
      notices,
    };
  }

  /** A backup under way is given up: the database must not be closed under it. */
  async close(): Promise<void> {
    await this.stopBackups();
    if (this.project.store.access === 'write')
      await rm(join(this.project.folder, DROPPED_LABELS), { recursive: true, force: true }).catch(
        () => undefined,
      );
    this.project.close();
  }

  rowOf(image: ListedImage): ImageListRow {
    const { sha256, ...row } = image;
    const { store } = this.project;
    const version = findLayer(store, image.id)?.version ?? 0;
    return { ...row, thumbnailKey: thumbnailKey({ sha256, page: image.page, version }, listClasses(store)) };
  }

  /** Where the image's file is; looked for once, and anew when somebody opens the image. */
  locate(id: number, { anew = false } = {}): Promise<LocatedImage> {
    let found = anew ? undefined : this.located.get(id);
    if (!found) {
      found = locateImage(this.project, imageById(this.project.store, id));
      found.catch(() => this.located.delete(id));
      this.located.set(id, found);
    }
    return found;
  }

  /**
   * The file of an image where it was last, without a search: for what is shown by the dozen.
   * @throws AppError('not-found' | 'changed')
   */
  async pathNow(image: ImageRow): Promise<string> {
    const known = this.located.get(image.id);
    if (known) return requireUnchanged(await known);
    for (const path of new Set([resolve(this.project.folder, image.relativePath), image.absolutePath])) {
      const stats = await stat(path).catch(() => null);
      if (stats?.isFile() && stats.size === image.sizeBytes && stats.mtimeMs === image.modifiedMs)
        return path;
    }
    throw new AppError(
      'not-found',
      `The file of ${image.name} is not where it was; open the image to look for it.`,
    );
  }

  /** A stroke, an undo or a redo has just been made. */
  painted(): void {
    this.paintedMs = performance.now();
  }

  /**
   * Resolves when nobody has painted for a moment: to make a small picture of a large label map takes half a second, and
   * the next stroke or undo would have to wait for parts of it. @throws AppError('stopped')
   */
  async calm(signal: AbortSignal): Promise<void> {
    for (;;) {
      const left = this.paintedMs + CALM_MS - performance.now();
      if (left <= 0) return;
      await setTimeout(left, undefined, { signal }).catch(() => {
        throw new AppError('stopped', 'Stopped.');
      });
    }
  }

  /** After files were looked for elsewhere. */
  forgetPlaces(): void {
    this.located.clear();
  }

  planeOf(image: ImageRow): PlaneSource {
    return {
      sha256: image.sha256,
      page: image.page,
      shape: shapeOf(image),
      path: async () => requireUnchanged(await this.locate(image.id)),
      cache: this.tiles,
    };
  }
}

const newSecret = (): string => randomBytes(18).toString('base64url');

export const shapeOf = ({ width, height, channels, alpha, type }: ImageRow): PyramidShape => ({
  width,
  height,
  channels: alpha ? channels - 1 : channels,
  type,
});
