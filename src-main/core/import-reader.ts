/** Reads the files of an import and prepares what will be written, without writing anything. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AppError, isAppError } from '../shared/errors.js';
import type { ImageInfo, Split } from '../shared/model.js';
import { listImages, type ImageRow, type NewImage } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import type { DecoderPool } from './decoding.js';
import type { PlannedImage } from './import-plan.js';
import { locateImage, relativeTo } from './images.js';
import { ImportMasks } from './import-masks.js';
import { accept, type ValueAccount } from './labels.js';
import type { MaskSpool, SpooledMask } from './mask-spool.js';
import type { Project } from './projects.js';

/** `known`: the project has this content already and nothing was added to it. `failed`: it could not be read. */
export type ImportState = 'imported' | 'known' | 'failed';

export interface ImportedFile {
  path: string;
  state: ImportState;
  /** The label file that has its name. */
  labels: string | null;
  /** Images added: the pages of the file. */
  images: number;
  /** Images that got labels. */
  labelled: number;
  split: Split | null;
  /** Its labels could not be used: of another size, damaged, or one of several with its name. */
  labelsLeftOut: boolean;
  /** Why the file or its labels were left out. */
  reason: string | null;
}

/** What is written in the end: a new image or one of the project, and labels for it. */
export interface Prepared {
  image: NewImage | ImageRow;
  mask: SpooledMask | null;
  /** How a new image looks (perceptual-hash.ts). */
  look: string | null;
  /** The project's image that this one takes the place of: its file now has other content. */
  replaces: ImageRow | null;
}

/** What a file is, found in a decoding thread while earlier files are dealt with. */
interface Survey {
  stats: Stats;
  info: ImageInfo;
  sha256: string;
  /** Of each page; none of a file that the project has already. */
  looks: (string | null)[];
}

export interface HowToRead {
  account: ValueAccount;
  /** The group that a file's name says; null: it does not. */
  group: (name: string) => string | null;
  /** Replace labels that an image of the project has already. */
  replaceLabels: boolean;
  /** Takes the labels until all is written. */
  spool: MaskSpool;
}

interface FoundFile {
  info: ImageInfo;
  images: (NewImage | ImageRow)[];
  looks: (string | null)[];
}

/** Reads files one after the other and remembers what they add up to. */
export class ImportReader {
  readonly prepared: Prepared[] = [];
  /** The newest image of the project when reading began. */
  readonly lastImageId: number | undefined;
  private readonly byContent = new Map<string, NewImage | ImageRow>();
  private readonly byPlace = new Map<string, ImageRow>();
  private readonly names = new Set<string>();
  private readonly labelled: Set<number>;
  private readonly addedAt = new Date().toISOString();
  private readonly surveys = new Map<string, Promise<Survey>>();
  private readonly masks: ImportMasks;

  constructor(
    private readonly project: Project,
    private readonly decoder: DecoderPool,
    private readonly how: HowToRead,
  ) {
    this.masks = new ImportMasks(decoder, how.account.table);
    const images = listImages(project.store);
    this.lastImageId = images.at(-1)?.id;
    for (const image of images) {
      this.byContent.set(`${image.sha256}:${image.page}`, image);
      this.byPlace.set(`${image.absolutePath}:${image.page}`, image);
      this.names.add(image.name);
    }
    const counts = labelCounts(project.store);
    this.labelled = new Set([...counts].filter(([, pixels]) => hasLabels(pixels)).map(([id]) => id));
  }

  /** Starts on a file that is read soon. */
  expect({ path, labels }: PlannedImage): void {
    if (this.surveys.has(path)) return;
    const survey = this.survey(path, labels);
    // Its error is told when its turn comes.
    survey.catch(() => undefined);
    this.surveys.set(path, survey);
  }

  private async survey(path: string, labels: string | null): Promise<Survey> {
    const stats = await stat(path);
    const info = await this.decoder.info(path);
    const sha256 = await this.decoder.hash(path);
    const looks: (string | null)[] = [];
    const known = this.byContent.get(`${sha256}:0`);
    if (labels !== null && !this.keptLabels(known ? [known] : [], labels))
      void this.masks.expect(labels, 0, info.pages);
    // Decoded once now, so that a damaged file is found while somebody is looking.
    if (!known) for (let page = 0; page < info.pages; page++) looks.push(await this.decoder.look(path, page));
    const after = await stat(path);
    if (after.size !== stats.size || after.mtimeMs !== stats.mtimeMs)
      throw new AppError('changed', `${basename(path)} was changed while it was read; import it again`);
    return { stats, info, sha256, looks };
  }

  async read(planned: PlannedImage): Promise<ImportedFile> {
    try {
      return await this.readNow(planned);
    } finally {
      if (planned.labels !== null) this.masks.forget(planned.labels);
    }
  }

  private async readNow(planned: PlannedImage): Promise<ImportedFile> {
    const { path, labels, split, problem } = planned;
    const file: ImportedFile = {
      path,
      state: 'imported',
      labels,
      images: 0,
      labelled: 0,
      split,
      labelsLeftOut: problem !== null,
      reason: problem,
    };
    const found = await this.found(planned, file);
    if (!found) return file;
    const { info, images, looks } = found;
    for (const image of images) if (!('id' in image)) file.images++;
    const kept = this.keptLabels(images, labels);
    const masks = labels && !kept ? await this.masksOf(labels, info, images, file) : [];
    if (images.every((image) => 'id' in image) && !masks.length) {
      file.state = 'known';
      const keptWhat = kept ? ', whose labels were kept (--replace-labels replaces them)' : '';
      file.reason ??= `it is in the project already as ${images[0]!.name}${keptWhat}`;
    }
    for (const [i, image] of images.entries())
      await this.keep(image, { mask: masks[i] ?? null, look: looks[i] ?? null }, file);
    return file;
  }

  /** Null when it cannot be imported, and the file says why. */
  private async found(planned: PlannedImage, file: ImportedFile): Promise<FoundFile | null> {
    try {
      this.expect(planned);
      const { stats, info, sha256, looks } = await this.surveys.get(planned.path)!;
      const content = { sha256, sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
      return { info, looks, images: this.imagesOf(planned, info, content) };
    } catch (error) {
      // No file's fault.
      if (isAppError(error) && error.code === 'set-up') throw error;
      file.state = isAppError(error) && error.code === 'exists' ? 'known' : 'failed';
      file.reason = reasonOf(error);
      return null;
    } finally {
      this.surveys.delete(planned.path);
    }
  }

  /** Whether labels were given that must not replace those an image has. */
  private keptLabels(images: readonly (NewImage | ImageRow)[], labels: string | null): boolean {
    return (
      labels !== null &&
      !this.how.replaceLabels &&
      images.some((image) => 'id' in image && this.labelled.has(image.id))
    );
  }

  private async keep(
    image: NewImage | ImageRow,
    { mask, look }: Pick<Prepared, 'mask' | 'look'>,
    file: ImportedFile,
  ): Promise<void> {
    if ('id' in image && !mask) return;
    const replaces = 'id' in image ? null : await this.replacedBy(image);
    if (replaces)
      image = { ...image, name: replaces.name, group: replaces.group, split: image.split ?? replaces.split };
    this.prepared.push({ image, mask, look, replaces });
    this.byContent.set(`${image.sha256}:${image.page}`, image);
    this.names.add(image.name);
    if (mask && hasLabels(mask.pixelsByValue)) file.labelled++;
    else if (mask) file.reason ??= 'its labels are void everywhere';
  }

  /** The project's image of the same place whose content is gone, where replacing was asked for. */
  private async replacedBy(image: NewImage): Promise<ImageRow | null> {
    const old = this.how.replaceLabels ? this.byPlace.get(`${image.absolutePath}:${image.page}`) : undefined;
    if (!old || old.sha256 === image.sha256) return null;
    return (await locateImage(this.project, old)).state === 'changed' ? old : null;
  }

  /** The label maps of a file's pages; what is wrong with them becomes the reason why they are left out. */
  private async masksOf(
    labels: string,
    info: ImageInfo,
    images: readonly (NewImage | ImageRow)[],
    file: ImportedFile,
  ): Promise<(SpooledMask | null)[]> {
    const masks: (SpooledMask | null)[] = [];
    for (const image of images) {
      let mask;
      try {
        const packed = await this.masks.read(labels, image.page, info.pages);
        mask = accept(packed, labels, image, this.how.account) ? packed : null;
      } catch (error) {
        if (isAppError(error) && error.code === 'set-up') throw error;
        file.labelsLeftOut = true;
        file.reason = `its labels were left out: ${reasonOf(error)}`;
        return [];
      }
      // Not inside: a full disk is no fault of the labels.
      masks.push(mask && this.how.spool.add(mask));
    }
    return masks;
  }

  /** One record a page: the project's where it has that page already. */
  private imagesOf(
    { path, split }: PlannedImage,
    info: ImageInfo,
    content: Pick<NewImage, 'sha256' | 'sizeBytes' | 'modifiedMs'>,
  ): (NewImage | ImageRow)[] {
    const stem = this.freeName(path, info.pages);
    const { width, height, channels, alpha, type, pixelSizeUm } = info;
    return Array.from({ length: info.pages }, (_, page) => {
      const known = this.byContent.get(`${content.sha256}:${page}`);
      if (known && !('id' in known))
        throw new AppError('exists', `it is in the project already as ${known.name}`);
      if (known) return known;
      return {
        ...content,
        name: pageName(stem, page, info.pages),
        relativePath: relativeTo(this.project.folder, path),
        absolutePath: path,
        page,
        width,
        height,
        channels,
        alpha,
        type,
        pixelSizeUm,
        group: this.how.group(basename(path)) ?? stem,
        split,
        addedAt: this.addedAt,
      };
    });
  }

  /** The file's name; with as many folders before it, and then a number, as make it unique. */
  private freeName(path: string, pages: number): string {
    const taken = (name: string) => this.names.has(pageName(name, 0, pages));
    let name = basename(path);
    for (let folder = dirname(path); taken(name) && folder !== dirname(folder); folder = dirname(folder))
      name = `${basename(folder)}/${name}`;
    const full = name;
    for (let n = 2; taken(name); n++) name = `${full} (${n})`;
    return name;
  }
}

const pageName = (stem: string, page: number, pages: number): string =>
  pages === 1 ? stem : `${stem}:${page + 1}`;

/** What a person can fix becomes a reason in the report; a bug stays a bug. */
function reasonOf(error: unknown): string {
  if (isAppError(error)) return error.message.replace(/\.$/, '');
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT') return 'it is no longer there';
  if (code && /^E[A-Z]+$/.test(code)) return `it cannot be read (${code})`;
  throw error;
}
