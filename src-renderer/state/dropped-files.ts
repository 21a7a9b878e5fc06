/** Dropped folders that hold images and their labels, told apart as the core tells them apart by their paths. */
import type { LabelSource } from './dialogs.svelte.js';

export interface DroppedFile {
  /** From the dropped entry on: `/given/images/cell.png`. */
  path: string;
  file: File;
}

/** As interop/voc.ts knows them; of one list the first that is there. */
const IMAGE_FOLDERS = ['jpegimages', 'images'];
const LABEL_FOLDERS = ['segmentationclass', 'labels'];

/** Of a folder with images and labels only its images are images; everything else is. */
export function sortDropped(dropped: readonly DroppedFile[]): { files: File[]; labels: LabelSource[] } {
  const files: File[] = [];
  const labels: LabelSource[] = [];
  for (const [root, below] of Map.groupBy(dropped, ({ path }) => path.split('/')[1]!)) {
    const inFolder = Map.groupBy(below, ({ path }) => folderIn(path, root));
    const [images] = IMAGE_FOLDERS.filter((name) => inFolder.has(name));
    const [voc] = LABEL_FOLDERS.filter((name) => inFolder.has(name));
    const labelled = voc ?? (inFolder.has('masks') ? 'masks' : undefined);
    if (images === undefined || labelled === undefined) {
      files.push(...below.map(({ file }) => file));
      continue;
    }
    files.push(...inFolder.get(images)!.map(({ file }) => file));
    labels.push({
      kind: voc === undefined ? 'masks' : 'labels',
      files: inFolder.get(labelled)!.map(({ file }) => file),
    });
  }
  return { files, labels };
}

/** Name of the folder in `root` that the file lies in, in lower case; empty for a file of the root itself. */
function folderIn(path: string, root: string): string {
  const [first, ...rest] = path.slice(root.length + 2).split('/');
  return rest.length > 0 ? first!.toLowerCase() : '';
}

/**
 * What a label picture is called after its image was kept under another name, so that it still belongs to it and to no
 * older image of its own name. @param renamed stems of images, before and after
 */
export function labelNameFor(name: string, renamed: ReadonlyMap<string, string>): string {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  for (const [before, after] of renamed)
    if (stem === before || stem === `${before}_mask` || stem === `${before}_label`)
      return after + name.slice(before.length);
  return name;
}
