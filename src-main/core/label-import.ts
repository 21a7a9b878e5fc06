/** Labels brought in from pictures: first what there is and what it could mean, then all of it as one undoable step. */
import { basename } from 'node:path';
import type { FileOutcome, LabelImport, LabelImportPreview, Progress } from '../shared/app-api.js';
import { AppError, isAppError } from '../shared/errors.js';
import { VOID, type ClassInfo } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { listClasses } from '../store/classes.js';
import { hasLabels, labelCounts, type EncodedMask } from '../store/masks.js';
import { importLabels } from '../store/project-steps.js';
import { isBackground } from './background.js';
import type { DecoderPool } from './decoding.js';
import { findLabelFiles, type LabelPair } from './label-files.js';
import { readMapped, tallyValues } from './label-values.js';
import { MaskSpool, type SpooledMask } from './mask-spool.js';
import type { Project } from './projects.js';
import { sideBySide } from './side-by-side.js';

/** Pairs whose values are counted for the preview, spread evenly over all. */
const LOOKED_AT = 100;
/** One for each decoding thread and one that waits. */
const READ_AT_ONCE = 3;

/** Reads nothing but label pictures and changes nothing. @throws AppError('not-found' | 'stopped') */
export async function previewLabelFiles(
  project: Project,
  pool: DecoderPool,
  paths: readonly string[],
  call: Call<Progress> = {},
): Promise<LabelImportPreview> {
  const { pairs, unmatched, voidValue } = await findLabelFiles(project, paths);
  const step = Math.max(1, pairs.length / LOOKED_AT);
  const looked = Array.from(
    { length: Math.min(pairs.length, LOOKED_AT) },
    (_, i) => pairs[Math.floor(i * step)]!,
  );
  const counts = new Map<string, number>();
  const bad = new Map<string, string>();
  const tallied = eachRead(looked, call, (pair) => tallyValues(pool, pair, { signal: call.signal }));
  for await (const { pair, read, error } of tallied)
    if (read) for (const [value, pixels] of read) counts.set(value, (counts.get(value) ?? 0) + pixels);
    else bad.set(pair.file, reasonOf(error));
  const values = [...counts].toSorted(([a], [b]) => compareValues(a, b));
  const suggest = suggestions(
    values.map(([value]) => value),
    listClasses(project.store),
    voidValue,
  );
  return {
    pairs: pairs
      .filter(({ file }) => !bad.has(file))
      .map(({ image, file }) => ({ imageId: image.id, image: image.name, file })),
    unmatched: [...unmatched, ...[...bad].map(([name, reason]) => ({ name, reason }))],
    values: values.map(([value, pixels]) => ({ value, pixels, suggestedClass: suggest(value) })),
  };
}

export interface ImportedLabels {
  files: FileOutcome[];
  /** Images that have other labels now. */
  imageIds: number[];
}

/**
 * Reads all, then writes in one transaction: on abort or failure nothing is imported. A file that does not fit is left
 * out with its reason.
 * @throws AppError('usage') for a table that names classes that are not there; 'not-found', 'stopped'.
 */
export async function importLabelFiles(
  project: Project,
  pool: DecoderPool,
  { paths, map, replace }: LabelImport,
  call: Call<Progress> = {},
): Promise<ImportedLabels> {
  const { store } = project;
  requireClasses(map, listClasses(store));
  const { pairs, unmatched } = await findLabelFiles(project, paths);
  const counts = labelCounts(store);
  const files: FileOutcome[] = [];
  const masks: { imageId: number; mask: SpooledMask }[] = [];
  const spool = new MaskSpool(project.folder);
  try {
    const mapped = eachRead(pairs, call, async (pair) => {
      if (!replace && hasLabels(counts.get(pair.image.id)))
        throw new AppError('exists', `${pair.image.name} has labels already, which were kept`);
      return readMapped(pool, pair, map, { signal: call.signal });
    });
    for await (const { pair, read, error } of mapped) {
      files.push({ name: pair.file, reason: read ? null : reasonOf(error) });
      if (read) masks.push({ imageId: pair.image.id, mask: spool.add(read) });
    }
    if (masks.length) importLabels(store, { masks: unspooled(spool, masks), title: titleOf(pairs, masks) });
  } finally {
    spool.close();
  }
  return { files: [...files, ...unmatched], imageIds: masks.map(({ imageId }) => imageId) };
}

type Outcome<Result> =
  { pair: LabelPair; read: Result; error?: never } | { pair: LabelPair; read: null; error: unknown };

/** Reads label files in the decoding threads, with progress. @throws AppError('stopped') */
async function* eachRead<Result extends object>(
  pairs: readonly LabelPair[],
  call: Call<Progress>,
  work: (pair: LabelPair) => Promise<Result>,
): AsyncGenerator<Outcome<Result>> {
  const outcomes = sideBySide(pairs, READ_AT_ONCE, async (pair): Promise<Outcome<Result>> => {
    try {
      requireGoing(call);
      return { pair, read: await work(pair) };
    } catch (error) {
      return { pair, read: null, error };
    }
  });
  let done = 0;
  for await (const outcome of outcomes) {
    requireGoing(call);
    call.onEvent?.({ done: done++, total: pairs.length, name: basename(outcome.pair.file) });
    yield outcome;
  }
  requireGoing(call);
}

function* unspooled(
  spool: MaskSpool,
  masks: readonly { imageId: number; mask: SpooledMask }[],
): Generator<{ imageId: number; mask: EncodedMask }> {
  for (const { imageId, mask } of masks) yield { imageId, mask: spool.read(mask) };
}

function titleOf(pairs: readonly LabelPair[], masks: readonly { imageId: number }[]): string {
  const first = pairs.find(({ image }) => image.id === masks[0]!.imageId)!;
  return masks.length === 1
    ? `Import labels of ${first.image.name}`.slice(0, 200)
    : `Import labels of ${masks.length} images`;
}

/** What a value most likely means; null: nothing says so. */
function suggestions(
  values: readonly string[],
  classes: readonly ClassInfo[],
  voidValue: number | null,
): (value: string) => number | null {
  const background = classes.find(isBackground);
  const objects = classes.filter((info) => !isBackground(info));
  const numbers = values.filter((value) => !value.startsWith('#')).map(Number);
  const known = numbers.every(
    (value) => value === 0 || value === voidValue || classes.some((info) => info.value === value),
  );
  const object = objects.length === 1 ? objects[0]! : null;
  return (value) => {
    if (value.startsWith('#'))
      return classes.find((info) => info.color === value)?.value ?? (value === '#000000' ? VOID : null);
    const number = Number(value);
    if (number === voidValue) return VOID;
    // Label values as we export them.
    if (known) return number;
    // A mask of two values or an instance map, for a project with one kind of object.
    if (object) return number === Math.min(...numbers) ? (background?.value ?? VOID) : object.value;
    return number === 0 ? VOID : null;
  };
}

const compareValues = (a: string, b: string): number => {
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? (a < b ? -1 : 1) : x - y;
};

function requireClasses(map: Readonly<Record<string, number>>, classes: readonly ClassInfo[]): void {
  for (const value of Object.values(map))
    if (value !== VOID && !classes.some((info) => info.value === value))
      throw new AppError('usage', `There is no class with the value ${value}.`);
}

function requireGoing(call: Call<Progress>): void {
  if (call.signal?.aborted)
    throw new AppError('stopped', 'The import of labels was stopped; nothing was imported.');
}

function reasonOf(error: unknown): string {
  if (!isAppError(error)) throw error;
  return error.message.replace(/\.$/, '');
}
