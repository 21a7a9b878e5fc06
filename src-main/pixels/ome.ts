/** What OME-XML in a TIFF says of its first image: sizes, order of planes, channel names (OME schema 2016-06). */
import { MAX_PAGES } from './limits.js';
import type { StackAccount } from './tiff-pages.js';

// Elements are found by patterns that stop at the next angle bracket, so that hostile text costs one pass.
const element = (name: string) => new RegExp(`<(?:\\w{1,20}:)?${name}\\b([^<>]*)>`, 'g');
const attribute = (attributes: string, name: string): string | null => {
  const value = new RegExp(`\\b${name}="([^"]{0,1000})"`).exec(attributes)?.[1];
  return value === undefined ? null : unescapeXml(value);
};
const size = (attributes: string, name: string, otherwise: number): number => {
  const value = Number(attribute(attributes, name) ?? otherwise);
  return Number.isSafeInteger(value) && value >= 0 ? value : NaN;
};

/** Null where it does not describe the planes of one file: several images, planes in several files, no sizes. */
export function readOmeStack(xml: string): StackAccount | null {
  const pixels = [...xml.matchAll(element('Pixels'))];
  if (pixels.length !== 1) return null;
  const attributes = pixels[0]![1]!;
  const order = attribute(attributes, 'DimensionOrder');
  const [sizeZ, sizeT, samplesC] = ['SizeZ', 'SizeT', 'SizeC'].map((name) => size(attributes, name, 1));
  if (!sizeZ || !sizeT || !samplesC || sizeZ * sizeT * samplesC > MAX_PAGES) return null;
  if (!order || !/^XY(ZCT|ZTC|CZT|CTZ|TZC|TCZ)$/.test(order)) return null;

  const channels = [...xml.matchAll(element('Channel'))].map(([, inner]) => inner!);
  const samples = channels.length ? size(channels[0]!, 'SamplesPerPixel', 1) : 1;
  const sizeC = samplesC / (samples || 1);
  if (!Number.isInteger(sizeC)) return null;
  const directories = directoriesOfPlanes(xml, order, { Z: sizeZ, C: sizeC, T: sizeT });
  if (!directories) return null;
  const names = channels.map((inner, c) => attribute(inner, 'Name') ?? `Channel ${c + 1}`);
  const named = channels.some((inner) => attribute(inner, 'Name'));
  return {
    sizeC,
    sizeZ,
    sizeT,
    channelNames: named && names.length === sizeC ? names : null,
    planeOf: (c, z, t) =>
      directories(numberOf(order, { Z: sizeZ, C: sizeC, T: sizeT }, { Z: z, C: c, T: t })),
  };
}

interface Sizes {
  Z: number;
  C: number;
  T: number;
}

/** A plane's place in the order of dimensions, the one named first running fastest. */
function numberOf(order: string, sizes: Sizes, at: Sizes): number {
  let [number, step] = [0, 1];
  for (const axis of order.slice(2) as Iterable<keyof Sizes>) {
    number += at[axis] * step;
    step *= sizes[axis];
  }
  return number;
}

/** From a plane's number to its directory's, as the TiffData elements tell; −1 for planes they leave out. */
function directoriesOfPlanes(xml: string, order: string, sizes: Sizes): ((plane: number) => number) | null {
  const planes = sizes.Z * sizes.C * sizes.T;
  // One name is this file's, though it may have been renamed since; several are a set of files.
  const files = new Set([...xml.matchAll(element('UUID'))].map(([, inner]) => attribute(inner!, 'FileName')));
  files.delete(null);
  if (files.size > 1) return null;
  const blocks = [...xml.matchAll(element('TiffData'))].map(([, inner]) => inner!);
  const table = new Int32Array(planes).fill(-1);
  let told = 0;
  for (const inner of blocks.length ? blocks : ['']) {
    const first = numberOf(order, sizes, {
      Z: size(inner, 'FirstZ', 0),
      C: size(inner, 'FirstC', 0),
      T: size(inner, 'FirstT', 0),
    });
    const directory = size(inner, 'IFD', 0);
    // Without a count it is one plane where a directory is named, and else all of them.
    const count = size(inner, 'PlaneCount', attribute(inner, 'IFD') === null ? planes : 1);
    if (![first, directory, count].every(Number.isInteger)) return null;
    told += Math.min(count, planes);
    if (told > 2 * planes) return null;
    for (let i = 0; i < count && first + i < planes; i++) table[first + i] = directory + i;
  }
  return (plane) => table[plane] ?? -1;
}

const unescapeXml = (text: string): string =>
  text
    .replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (_, code: string) => {
      const point = Number(code[0]!.toLowerCase() === 'x' ? `0${code}` : code);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    })
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name]!);
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
