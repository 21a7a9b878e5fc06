/** What exported files are called: by the image's name, so that each can be traced back, and safe on every system. */
import { extname } from 'node:path';
import type { ExportFormat } from '../shared/app-api.js';

/** What follows the image's name. Cellpose's own ending for the instances. */
export const EXPORT_ENDINGS: Record<ExportFormat, string> = {
  'indexed-png': '_mask.png',
  imagej: '_labels.tif',
  instances: '_cp_masks.tif',
  overlay: '_overlay.png',
};

interface Named {
  /** In the project: a file's name, with folders where two files share it, and `:page` in a stack. */
  name: string;
  page: number;
}

/** Longer names are cut: with an ending they must stay under the 255 bytes that file systems allow. */
const MOST_BYTES = 200;

/**
 * One name an image, in their order: `cell_01`, `stack_p003`, `a_png` and `a_tif` where two would be `a`. Unique,
 * also without regard to case.
 */
export function exportNames(images: readonly Named[]): string[] {
  const parts = images.map(partsOf);
  const counts = new Map<string, number>();
  for (const { stem } of parts) counts.set(stem.toLowerCase(), (counts.get(stem.toLowerCase()) ?? 0) + 1);
  const taken = new Set<string>();
  return parts.map(({ stem, ending }) => {
    const wanted = counts.get(stem.toLowerCase())! > 1 && ending ? `${stem}_${ending}` : stem;
    let name = wanted;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function partsOf({ name, page }: Named): { stem: string; ending: string } {
  const paged = /^(.*):(\d+)$/.exec(name);
  const file = paged ? paged[1]! : name;
  const ending = extname(file);
  const stem = file.slice(0, file.length - ending.length);
  const bare =
    ending.toLowerCase() === '.tif' || ending.toLowerCase() === '.tiff' ? stem.replace(/\.ome$/i, '') : stem;
  return {
    stem: `${safe(bare)}${paged ? `_p${String(page + 1).padStart(3, '0')}` : ''}`,
    ending: safe(ending.slice(1)),
  };
}

/** No folder, no character that Windows refuses, no hidden file: a project may come from anywhere. */
function safe(text: string): string {
  let name = text.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+|[. ]+$/g, '_');
  while (Buffer.byteLength(name) > MOST_BYTES) name = [...name].slice(0, -1).join('');
  return name;
}
