/**
 * Which stored planes of a TIFF make up a page. A page is one (z, t) of a stack; the planes of its channels, which
 * ImageJ and OME-TIFF store apart, are channels of one picture. Where a file's own account does not fit what it
 * holds, each stored plane is a page.
 */
import { imagejChannelNames } from './imagej-labels.js';
import { MAX_PAGES } from './limits.js';
import { readOmeStack } from './ome.js';
import { BYTES_PER_SAMPLE } from './plane.js';
import { DamagedImage, OverLimit } from './refusal.js';
import { COMPRESSION } from './tiff-compression.js';
import { TAG, type TiffDirectory, type TiffFile } from './tiff-file.js';
import { readTiffLayout } from './tiff-layout.js';

export interface StoredPlane {
  directory: TiffDirectory;
  /** Its number in the plain data behind that directory. */
  plane: number;
}

export interface TiffPages {
  sizeZ: number;
  /** Points in time. Page = z + sizeZ · t. */
  sizeT: number;
  channelNames: string[] | null;
  pages: StoredPlane[][];
}

/** A stack as its description tells it: `planeOf(c, z, t)` is a number in the list of stored planes. */
export interface StackAccount {
  sizeC: number;
  sizeZ: number;
  sizeT: number;
  channelNames: string[] | null;
  planeOf(c: number, z: number, t: number): number;
}

/** ImageJ shows no more channels together; more, with nothing else, are slices whose writer did not say so. */
const MAX_IMAGEJ_CHANNELS = 7;

/** By the directories they were made from, which `TiffFile` keeps while the same file is read page by page. */
const known = new WeakMap<TiffDirectory[], TiffPages>();

/** @throws DamagedImage, UnsupportedFeature, OverLimit */
export async function listTiffPages(file: TiffFile): Promise<TiffPages> {
  const pages = known.get(file.directories) ?? (await readTiffPages(file));
  known.set(file.directories, pages);
  return pages;
}

async function readTiffPages(file: TiffFile): Promise<TiffPages> {
  const description = await file.text(file.directories[0]!, TAG.description);
  if (/<(?:\w{1,20}:)?OME[\s>]/.test(description)) {
    const account = readOmeStack(description);
    // OME counts every directory, thumbnails too.
    const pages = account && arrange(account, file.directories.map(alone), await samplesOf(file));
    if (pages) return pages;
  }
  const planes = await storedPlanes(file, description);
  if (description.startsWith('ImageJ=')) {
    const account = imagejStack(description, await imagejChannelNames(file));
    const pages =
      account.sizeC * account.sizeZ * account.sizeT === planes.length
        ? arrange(account, planes, await samplesOf(file))
        : null;
    if (pages) return pages;
  }
  return { sizeZ: planes.length, sizeT: 1, channelNames: null, pages: planes.map((plane) => [plane]) };
}

/** The planes of a page. @throws DamagedImage */
export function planesOfPage({ pages }: TiffPages, page: number): StoredPlane[] {
  const planes = pages[page];
  if (!planes) throw new DamagedImage(`it has no page ${page + 1} of ${pages.length}`);
  return planes;
}

const alone = (directory: TiffDirectory): StoredPlane => ({ directory, plane: 0 });

const samplesOf = (file: TiffFile): Promise<number> =>
  file.number1(file.directories[0]!, TAG.samplesPerPixel, 1);

/** Null when the account does not fit the planes that are there. */
function arrange(account: StackAccount, planes: readonly StoredPlane[], samples: number): TiffPages | null {
  const { sizeC, sizeZ, sizeT, channelNames, planeOf } = account;
  // Colour pictures of several channels each are no one's picture: each stays a page.
  if (samples > 1 && sizeC > 1) return null;
  const pages: StoredPlane[][] = [];
  for (let t = 0; t < sizeT; t++)
    for (let z = 0; z < sizeZ; z++) {
      const page: StoredPlane[] = [];
      for (let c = 0; c < sizeC; c++) {
        const plane = planes[planeOf(c, z, t)];
        if (!plane) return null;
        page.push(plane);
      }
      pages.push(page);
    }
  return { sizeZ, sizeT, channelNames, pages };
}

/** Pages are directories but for thumbnails and masks; ImageJ writes one directory for any number of plain planes. */
async function storedPlanes(file: TiffFile, description: string): Promise<StoredPlane[]> {
  const kinds = await Promise.all(file.directories.map((d) => file.number1(d, TAG.newSubfileType, 0)));
  const full = file.directories.filter((_, i) => (kinds[i]! & 0b101) === 0);
  const directories = full.length ? full : file.directories;
  const first = directories[0]!;
  const images = description.startsWith('ImageJ=') ? imagejNumber(description, 'images') : 1;
  if (directories.length > 1 || images <= 1) return directories.map(alone);
  const layout = await readTiffLayout(file, first);
  if (layout.compression !== COMPRESSION.none || layout.offsets.length !== 1) return [alone(first)];
  if (images > MAX_PAGES) throw new OverLimit(`${images} pages, and the limit is ${MAX_PAGES}`);
  const planeBytes = layout.width * layout.height * layout.channels * BYTES_PER_SAMPLE[layout.type];
  const whole = layout.offsets[0]! + images * planeBytes <= file.bytes.size;
  return Array.from({ length: whole ? images : 1 }, (_, plane) => ({ directory: first, plane }));
}

const imagejNumber = (description: string, name: string): number =>
  Number(new RegExp(`^${name}=(\\d{1,9})`, 'm').exec(description)?.[1] ?? 1);

/** ImageJ's order is fixed: channels, then slices, then frames. */
function imagejStack(description: string, channelNames: string[] | null): StackAccount {
  let [sizeC, sizeZ] = [imagejNumber(description, 'channels'), imagejNumber(description, 'slices')];
  const sizeT = imagejNumber(description, 'frames');
  if (sizeC > MAX_IMAGEJ_CHANNELS && sizeZ * sizeT === 1) [sizeC, sizeZ] = [1, sizeC];
  const names = channelNames && channelNames.length >= sizeC ? channelNames.slice(0, sizeC) : null;
  return {
    sizeC,
    sizeZ,
    sizeT,
    channelNames: names,
    planeOf: (c, z, t) => c + sizeC * (z + sizeZ * t),
  };
}
