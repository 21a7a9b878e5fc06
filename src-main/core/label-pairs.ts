/** Which label file belongs to which image, by their names. */
import { basename } from 'node:path';

/** Endings that programs add to an image's name for its mask. */
const LABEL_SUFFIX = /[-_. ](masks?|labels?|cp_masks|seg|segmentation)$/i;

export interface LabelPairs {
  /** Label path by image path. */
  labels: Map<string, string>;
  /** Images with several label files: none of them is taken. */
  ambiguous: Map<string, string[]>;
  /** Label files that belong to no image. */
  unused: string[];
}

/** `cell_01.tif` takes `cell_01.png`, or else `cell_01_mask.png`, `cell_01_label.tif` and the like. */
export function pairLabels(images: readonly string[], labelFiles: readonly string[]): LabelPairs {
  const exact = Map.groupBy(labelFiles, stemOf);
  const bare = Map.groupBy(
    labelFiles.filter((path) => LABEL_SUFFIX.test(stemOf(path))),
    (path) => stemOf(path).replace(LABEL_SUFFIX, ''),
  );
  const pairs: LabelPairs = { labels: new Map(), ambiguous: new Map(), unused: [] };
  const used = new Set<string>();
  for (const image of images) {
    const stem = stemOf(image);
    const candidates = (exact.get(stem) ?? []).filter((path) => path !== image);
    const found = candidates.length ? candidates : (bare.get(stem) ?? []).filter((path) => path !== image);
    for (const path of found) used.add(path);
    if (found.length === 1) pairs.labels.set(image, found[0]!);
    if (found.length > 1) pairs.ambiguous.set(image, found);
  }
  pairs.unused = labelFiles.filter((path) => !used.has(path));
  return pairs;
}

/** A file's name without its ending; `.ome.tif` is one ending. */
export const stemOf = (path: string): string => basename(path).replace(/(\.ome)?\.[^.]*$/i, '');
