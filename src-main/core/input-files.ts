/** Which files a person means by a file, a folder or a list, and what their outputs are called. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { IMAGE_ENDINGS } from '../pixels/decode.js';
import { AppError } from '../shared/errors.js';

export interface InputFile {
  /** Absolute. */
  path: string;
  /** Relative to what was given, with `/`; a list's files from elsewhere by their name alone. */
  relative: string;
  /** Beginning of its outputs' names, relative to the output folder, with `/`; unique, also without regard to case. */
  name: string;
}

export interface InputOptions {
  /** Also look into folders within a folder. */
  recursive: boolean;
  /** A folder that is never an input, although it may lie inside one. */
  output?: string;
  /** A folder without images is no error: they may come. */
  mayBeEmpty?: boolean;
}

/** An image file in a folder, as it was when it was looked at. */
export interface FoundFile {
  /** Absolute. */
  path: string;
  /** Bytes. */
  size: number;
  mtimeMs: number;
}

/** Known to be images, and refused by name when they are decoded: nobody should miss them silently. */
const OTHER_IMAGE_ENDINGS = ['.czi', '.nd2', '.lif', '.jp2'];
const ENDINGS = new Set([...IMAGE_ENDINGS, ...OTHER_IMAGE_ENDINGS]);

/**
 * The image files of `input` in a fixed order: a file itself, a folder's images, or the files that a `.txt` names line
 * by line (relative to the list, `#` starts a comment).
 * @throws AppError('not-found') when there is nothing.
 */
export async function listInputFiles(
  input: string,
  { recursive, output, mayBeEmpty = false }: InputOptions,
): Promise<InputFile[]> {
  const path = resolve(input);
  const info = await stat(path).catch(() => null);
  if (!info) throw new AppError('not-found', `There is no file or folder ${input}.`);
  if (info.isDirectory()) {
    const found = await findImages(path, { recursive, ...(output !== undefined && { output }) });
    if (!found.length && !mayBeEmpty) throw new AppError('not-found', await nothingIn(path, recursive));
    return withNames(found.map((file) => ({ path: file.path, relative: relative(path, file.path) })));
  }
  if (extname(path).toLowerCase() === '.txt') return withNames(await readList(path));
  return withNames([{ path, relative: basename(path) }]);
}

/** The image files of a folder, in a fixed order. @throws the file system's error when a folder cannot be read */
export async function findImages(
  folder: string,
  { recursive, output }: Omit<InputOptions, 'mayBeEmpty'>,
): Promise<FoundFile[]> {
  const skipped = output ? await realpath(output).catch(() => null) : null;
  return walk(folder, { recursive, skipped, seen: new Set() });
}

interface Walk {
  recursive: boolean;
  skipped: string | null;
  /** Real paths of the folders entered: a link may lead back up. */
  seen: Set<string>;
}

async function walk(folder: string, options: Walk): Promise<FoundFile[]> {
  const real = await realpath(folder);
  if (real === options.skipped || options.seen.has(real)) return [];
  options.seen.add(real);
  const found: FoundFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (info?.isDirectory()) {
      if (options.recursive && !name.endsWith('.brushfield')) found.push(...(await walk(path, options)));
    } else if (ENDINGS.has(extname(name).toLowerCase()))
      found.push({ path, size: info?.size ?? 0, mtimeMs: info?.mtimeMs ?? 0 });
  }
  return found;
}

async function nothingIn(folder: string, recursive: boolean): Promise<string> {
  const inside = recursive ? [] : await readdir(folder, { withFileTypes: true });
  const hint = inside.some((entry) => entry.isDirectory())
    ? '; add --recursive to look into its folders'
    : '';
  return `There are no images (TIFF, PNG, JPEG, BMP) in ${folder}${hint}.`;
}

async function readList(list: string): Promise<Omit<InputFile, 'name'>[]> {
  const folder = dirname(list);
  const lines = (await readFile(list, 'utf8'))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'));
  const paths = [...new Set(lines.map((line) => resolve(folder, line)))];
  if (!paths.length) throw new AppError('not-found', `The list ${list} names no files.`);
  return paths.map((path) => {
    const below = relative(folder, path);
    const outside = below.startsWith('..') || isAbsolute(below);
    return { path, relative: outside ? basename(path) : below };
  });
}

/** Gives every file a name of its own: `a`, or `a_png` and `a_tif` where two would be `a`. */
function withNames(files: readonly Omit<InputFile, 'name'>[]): InputFile[] {
  const posix = files.map((file) => ({ ...file, relative: file.relative.split(sep).join('/') }));
  const stems = countBy(posix.map((file) => withoutExtension(file.relative)));
  const taken = new Set<string>();
  return posix.map((file) => {
    const stem = withoutExtension(file.relative);
    return { ...file, name: freeName(file.relative, taken, stems.get(stem.toLowerCase()) === 1) };
  });
}

/**
 * A beginning for outputs that no other file has, and takes it.
 * @param relative with `/`
 * @param taken in lower case
 * @param plain without its ending, where that is free
 */
export function freeName(relative: string, taken: Set<string>, plain: boolean): string {
  const stem = withoutExtension(relative);
  const full = `${stem}_${extname(relative).slice(1)}`;
  const wanted = plain && !taken.has(stem.toLowerCase()) ? stem : full;
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
  taken.add(name.toLowerCase());
  return name;
}

const withoutExtension = (path: string): string => path.slice(0, path.length - extname(path).length);

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  return counts;
}
