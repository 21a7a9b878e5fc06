/** Brings image files, and label pictures that belong to them, into a project: all at once or not at all. */
import { basename } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { ClassInfo } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { addClass, listClasses } from '../store/classes.js';
import { saveImageHash } from '../store/image-hashes.js';
import { addImage, listImages, removeImage } from '../store/images.js';
import { saveEncodedMask } from '../store/masks.js';
import { missingClasses, parseClassMap, requireRoomFor, tableOfClasses, tableOfMap } from './class-map.js';
import { planImport, type PlannedImage, type PlanOptions } from './import-plan.js';
import { createDecoderPool } from './decoding.js';
import { ImportReader, type ImportedFile } from './import-reader.js';
import { ValueAccount } from './labels.js';
import { MaskSpool } from './mask-spool.js';
import type { Project } from './projects.js';

export interface ImportOptions extends PlanOptions {
  /** `0-127=membrane,128-255=cell`; without it the values are label values of the project's classes. */
  map?: string | undefined;
  /** Regular expression on file names; its first group (or the whole match) names the image's group. */
  groupBy?: string | undefined;
  /** Replace labels that an image of the project already has, and images whose files now have other content. */
  replaceLabels?: boolean | undefined;
}

export interface ImportReport {
  files: ImportedFile[];
  images: number;
  labelled: number;
  /** Files of which something was left out. */
  skipped: number;
  classesAdded: ClassInfo[];
  notes: string[];
}

export interface ImportProgress {
  done: number;
  total: number;
  /** The file that was just read. */
  name: string;
}

/** Files that are looked at while one is dealt with. */
const FILES_AHEAD = 2;

/**
 * Reads every file, then writes in one transaction: an import that fails or is stopped leaves the project as it was.
 * A file that cannot be read is skipped with its reason and the rest goes on.
 * @throws AppError('bad-labels') for label values without a class; 'usage', 'not-found', 'stopped'.
 */
export async function importImages(
  project: Project,
  options: ImportOptions,
  call: Call<ImportProgress> = {},
): Promise<ImportReport> {
  const { store } = project;
  const map = options.map === undefined ? null : parseClassMap(options.map);
  const group = groupNamer(options.groupBy);
  const { replaceLabels = false } = options;
  const plan = await planImport(options);

  const classes = listClasses(store);
  const added = map ? missingClasses(map, classes) : [];
  requireRoomFor(added.length, classes.length);
  const first = (classes.at(-1)?.value ?? 0) + 1;
  const known = [...classes, ...added.map((name, i) => ({ value: first + i, name }))];
  const account = new ValueAccount(map ? tableOfMap(map, known) : tableOfClasses(classes, plan.voidValue));

  const decoder = createDecoderPool();
  const spool = new MaskSpool(project.folder);
  try {
    const reader = new ImportReader(project, decoder, { account, group, spool, replaceLabels });
    const files = await readAll(reader, plan.images, call);
    account.requireKnown(map !== null);
    if (!map && account.found.has(0))
      plan.notes.push('Pixels of the value 0 are unlabelled; --map 0=NAME makes them a class.');
    const classesAdded = write(project, reader, { spool, added, first });
    return reportOf(files, classesAdded, plan.notes);
  } finally {
    spool.close();
    await decoder.close();
  }
}

async function readAll(
  reader: ImportReader,
  images: readonly PlannedImage[],
  call: Call<ImportProgress>,
): Promise<ImportedFile[]> {
  const files: ImportedFile[] = [];
  for (const [i, planned] of images.entries()) {
    if (call.signal?.aborted) throw new AppError('stopped', 'The import was stopped; nothing was imported.');
    for (const soon of images.slice(i, i + 1 + FILES_AHEAD)) reader.expect(soon);
    files.push(await reader.read(planned));
    call.onEvent?.({ done: files.length, total: images.length, name: basename(planned.path) });
  }
  return files;
}

/** All in one transaction. @returns the classes that were added: `added`, if a label needs them, from value `first` on. */
function write(
  { store }: Project,
  { prepared, lastImageId }: ImportReader,
  { spool, added, first }: { spool: MaskSpool; added: readonly string[]; first: number },
): ClassInfo[] {
  return store.transaction(() => {
    const made = prepared.some(({ mask }) => mask) ? added.map((name) => addClass(store, name)) : [];
    const lastNow = listImages(store).at(-1)?.id;
    if (lastNow !== lastImageId || made.some((info, i) => info.value !== first + i))
      throw new AppError(
        'changed',
        'The project was changed by someone else during the import; import again.',
      );
    for (const { image, mask, look, replaces } of prepared) {
      if (replaces) removeImage(store, replaces.id);
      const id = 'id' in image ? image.id : addImage(store, image);
      if (!('id' in image)) saveImageHash(store, id, look);
      if (mask) saveEncodedMask(store, id, spool.read(mask));
    }
    return made;
  });
}

function reportOf(files: ImportedFile[], classesAdded: ClassInfo[], notes: string[]): ImportReport {
  const sum = (key: 'images' | 'labelled') => files.reduce((total, file) => total + file[key], 0);
  const skipped = files.filter((file) => file.reason !== null).length;
  return { files, images: sum('images'), labelled: sum('labelled'), skipped, classesAdded, notes };
}

function groupNamer(pattern: string | undefined): (name: string) => string | null {
  if (pattern === undefined) return () => null;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch (error) {
    throw new AppError(
      'usage',
      `"${pattern}" is no regular expression; to group by what comes before the first _ use ^[^_]+.`,
      {
        cause: error,
      },
    );
  }
  return (name) => {
    const match = expression.exec(name);
    return match ? (match[1] ?? match[0]) : null;
  };
}
