/** What a segmentation has to do: the files, what is done already, and whether the output folder may be written to. */
import { access, constants, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { normalisedCleanUp, requireCleanUp, type CleanUp } from '../shared/clean-up.js';
import { AppError } from '../shared/errors.js';
import { diskError } from '../disk/atomic-file.js';
import { sha256OfFile } from './images.js';
import { listInputFiles, type InputFile } from './input-files.js';
import {
  MANIFEST_FILE,
  readManifest,
  type Manifest,
  type ManifestFile,
  type ManifestSettings,
} from './manifest.js';
import { imageTablePath } from './measurement-files.js';
import { requireFree } from './measurements.js';
import type { ResolvedModel } from './models.js';
import { tablePath } from './segment-tables.js';
import { hashOfNames, requireSameCount, shardManifest, shardName, type Shard } from './shards.js';
import { appVersion } from '../disk/package-root.js';

export interface SegmentOptions {
  /** An image, a folder, or a `.txt` that lists files. */
  input: string;
  output: string;
  recursive?: boolean;
  /** Also write `<image>_probabilities.npy`: float32, height × width × classes. */
  probabilities?: boolean;
  /** Also write `<image>_overlay.png`. */
  overlay?: boolean;
  /** Go on in an output folder: what is done and unchanged stays as it is. */
  resume?: boolean;
  /** Replace what is in the output folder under the names of our outputs. */
  overwrite?: boolean;
  /** Names of classes to keep; pixels of the others become 0. */
  classes?: readonly string[];
  /** Done to every mask before it is written and measured. */
  cleanUp?: CleanUp;
  /** Also write `measurements.csv` and `measurements_images.csv`. */
  measure?: boolean;
  /** Segment this part of the inputs alone: every `count`th, from the `index`th (from 0). */
  shard?: Shard;
  /** Segment these inputs alone, by their names relative to `input`; what was made of others stays. */
  only?: readonly string[];
  /** Side of a tile in px; 0 or missing: untiled when memory allows. */
  tile?: number;
  /** Goes on with files that come into the folder, until it is stopped. */
  watch?: WatchOptions;
}

/** Between two planes of a stack that is being acquired more may pass; it is then segmented again. */
export const SETTLE_MS = 5000;

export interface WatchOptions {
  /** A file is complete when its size and time have stayed the same for so long. */
  settleMs: number;
}

export interface SegmentJob {
  input: InputFile;
  /** The file's entry in the manifest, updated in place. */
  entry: ManifestFile;
}

export interface SegmentPlan {
  manifest: Manifest;
  /** Of the manifest, in the output folder. */
  manifestFile: string;
  /** All inputs, in their order: `jobs` and `skipped`. */
  files: SegmentJob[];
  /** Of the table of objects, where one is asked for. */
  table: string | null;
  jobs: SegmentJob[];
  /** What an earlier run has finished. */
  skipped: SegmentJob[];
}

/**
 * Looks, and changes nothing on disk.
 * @throws AppError('exists') when files are in the way, 'usage' for classes the model does not know and wrong choices.
 */
export async function planSegmentation(model: ResolvedModel, options: SegmentOptions): Promise<SegmentPlan> {
  const settings = settingsOf(model, options);
  // Masks among the images would be taken for images the next time.
  if (resolve(options.input) === resolve(options.output))
    throw new AppError(
      'usage',
      'The results need a folder of their own; choose an --output that is not the --input.',
    );
  const { shard, output, watch } = options;
  if (watch) await requireWatchable(options);
  const listed = await listInputFiles(options.input, {
    recursive: options.recursive ?? false,
    output: options.output,
    mayBeEmpty: watch !== undefined,
  });
  const inputs = chosenOf(listed, options);
  await requireFolder(output);
  if (shard) await requireSameCount(output, shard, options);
  const manifestFile = manifestOf(options);
  const earlier = await readManifest(output, manifestFile);
  if (earlier && !options.resume && !options.overwrite)
    throw new AppError(
      'exists',
      `${options.output} holds the results of an earlier run; add --resume to go on there, or --overwrite to replace them.`,
    );
  const known = new Map(earlier?.files.map((file) => [file.name, file]));
  // With other inputs than before, a file may fall to another shard: what is there is that one's.
  const ofOtherShards = shard && earlier && options.resume;
  if (!options.overwrite && !ofOtherShards) await requireNothingInTheWay(options.output, inputs, known);

  const table = options.measure ? tablePath(output, shard ? shardName(shard) : null) : null;
  if (table !== null && !earlier && !options.overwrite) await requireFree([table, imageTablePath(table)]);

  const manifest = newManifest(model, settings);
  if (shard) manifest.shard = { ...shard, inputs: hashOfNames(listed) };
  const comparable =
    options.resume && earlier && sameWork(earlier, manifest) ? known : new Map<string, ManifestFile>();
  const files: SegmentJob[] = [];
  const jobs: SegmentJob[] = [];
  const skipped: SegmentJob[] = [];
  for (const input of inputs) {
    const before = comparable.get(input.name);
    const entry = before && (await isDone(input, before, options.output)) ? before : newEntry(input);
    manifest.files.push(entry);
    const file = { input, entry };
    files.push(file);
    (entry === before ? skipped : jobs).push(file);
  }
  const current = new Set(inputs.map(({ name }) => name));
  // Results of other inputs in the same folder stay what they are; those of a shard are its own.
  for (const file of shard ? [] : comparable.values()) if (!current.has(file.name)) manifest.files.push(file);
  return { manifest, manifestFile, table, files, jobs, skipped };
}

/** Its name in the folder of results. */
export const manifestOf = ({ shard }: Pick<SegmentOptions, 'shard'>): string =>
  shard ? shardManifest(shard) : MANIFEST_FILE;

function chosenOf(listed: InputFile[], { shard, only }: SegmentOptions): InputFile[] {
  if (shard) return listed.filter((_, i) => i % shard.count === shard.index);
  if (!only) return listed;
  const wanted = new Set(only);
  return listed.filter(({ relative }) => wanted.has(relative));
}

function settingsOf(model: ResolvedModel, options: SegmentOptions): ManifestSettings {
  const names = model.file.classes.map(({ name }) => name);
  const unknown = options.classes?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new AppError('usage', `The model has no class "${unknown}"; its classes are ${names.join(', ')}.`);
  requireCleanUp(options.cleanUp ?? {});
  const cleanUp = normalisedCleanUp(options.cleanUp ?? {});
  return {
    tile: options.tile ?? 0,
    probabilities: options.probabilities ?? false,
    overlay: options.overlay ?? false,
    classes: options.classes ? [...options.classes] : null,
    ...(cleanUp && { cleanUp }),
  };
}

const newManifest = (model: ResolvedModel, settings: ManifestSettings): Manifest => ({
  version: 1,
  software: `brushfield ${appVersion()}`,
  model: {
    run: model.run,
    network: model.file.network,
    sha256: model.sha256,
    classes: model.file.classes,
  },
  settings,
  files: [],
});

export const newEntry = (input: InputFile): ManifestFile => ({
  input: input.relative,
  name: input.name,
  state: 'waiting',
  sha256: null,
  outputs: [],
  warnings: [],
  seconds: null,
  error: null,
});

const sameWork = (a: Manifest, b: Manifest): boolean =>
  a.model.sha256 === b.model.sha256 && JSON.stringify(a.settings) === JSON.stringify(b.settings);

/** Its outputs are there, and it is the file that they were made of. */
export async function isDone(input: InputFile, entry: ManifestFile, output: string): Promise<boolean> {
  if (entry.state !== 'done' || !entry.outputs.length) return false;
  for (const name of entry.outputs) if (!(await stat(join(output, name)).catch(() => null))) return false;
  return (await sha256OfFile(input.path).catch(() => null)) === entry.sha256;
}

/** @throws AppError('usage') */
async function requireWatchable({ input, shard, only }: SegmentOptions): Promise<void> {
  if (shard || only) throw new AppError('usage', 'A part of a folder cannot be watched; watch all of it.');
  const info = await stat(resolve(input)).catch(() => null);
  if (info && !info.isDirectory())
    throw new AppError('usage', `Only a folder can be watched, and ${input} is a file.`);
}

/** Told before anything is loaded or computed. */
async function requireFolder(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => null);
  if (info && !info.isDirectory())
    throw new AppError('usage', `The output must be a folder, and ${folder} is a file.`);
  try {
    await access(await nearestThatIs(resolve(folder)), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw diskError(error, join(folder, MANIFEST_FILE));
  }
}

/** The folder itself, or the one in which it would be made. */
async function nearestThatIs(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found || dirname(path) === path ? path : nearestThatIs(dirname(path));
}

const OUTPUT_NAME = /^(.*?)(_p\d+)?_(mask\.png|overlay\.png|probabilities\.npy)$/;

/**
 * Files with our outputs' names that no earlier manifest of this folder names were made by somebody else.
 * @throws AppError('exists')
 */
export async function requireNothingInTheWay(
  folder: string,
  inputs: readonly InputFile[],
  known: ReadonlyMap<string, ManifestFile>,
): Promise<void> {
  const wanted = new Set(inputs.map(({ name }) => name).filter((name) => !known.has(name)));
  const folders = new Set([...wanted].map((name) => name.slice(0, name.lastIndexOf('/') + 1)));
  for (const below of folders) {
    for (const file of await filesIn(join(folder, below))) {
      const stem = OUTPUT_NAME.exec(file)?.[1];
      if (stem !== undefined && wanted.has(below + stem))
        throw new AppError(
          'exists',
          `${join(folder, below, file)} is there already and no ${MANIFEST_FILE} says that it may be replaced; choose another output folder or add --overwrite.`,
        );
    }
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw diskError(error, join(folder, MANIFEST_FILE));
  }
}
