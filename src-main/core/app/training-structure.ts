/** The width of a project's labelled structures, measured again only where labels have changed. */
import { structuresOf, typicalDiameter, type MeasuredStructure } from '../../measure/structure-size.js';
import { listClasses } from '../../store/classes.js';
import { listImages } from '../../store/images.js';
import { findLayer } from '../../store/layers.js';
import { hasLabels, labelCounts, loadMask } from '../../store/masks.js';
import { isBackground } from '../background.js';
import type { Project } from '../projects.js';

/** Images that are looked at, evenly chosen; what is larger is left out, since measuring it would hold up the window. */
const MOST_IMAGES = 12;
const MOST_PIXELS = 4_200_000;

export class StructureSize {
  private readonly measured = new Map<number, { key: string; structures: MeasuredStructure[] }>();

  /** Px; null when no structure is labelled as a whole. */
  async of({ store }: Project, chosen: readonly number[] | null): Promise<number | null> {
    const counts = labelCounts(store);
    const images = listImages(store).filter(
      ({ id, split, width, height }) =>
        (split === null || split === 'train') && width * height <= MOST_PIXELS && hasLabels(counts.get(id)),
    );
    const classes = listClasses(store);
    const background = classes
      .filter((info) => isBackground(info) || (chosen !== null && !chosen.includes(info.value)))
      .map(({ value }) => value);
    const ground = background.length ? background : largestOf(images.map(({ id }) => counts.get(id)!));
    const every = Math.ceil(images.length / MOST_IMAGES);
    const structures: MeasuredStructure[] = [];
    for (const { id } of images.filter((_, i) => i % every === 0)) {
      const key = `${findLayer(store, id)?.version}:${ground.join()}`;
      let known = this.measured.get(id);
      if (known?.key !== key) {
        const map = loadMask(store, id);
        known = { key, structures: map ? structuresOf(map, ground) : [] };
        this.measured.set(id, known);
        // Strokes that wait to be saved come first.
        await new Promise((resolve) => setImmediate(resolve));
      }
      structures.push(...known.structures);
    }
    return typicalDiameter(structures);
  }
}

/** Without a class of that name, the one with the most pixels is what lies around the others. */
function largestOf(counts: readonly (readonly number[])[]): number[] {
  const sums: number[] = [];
  for (const pixelsByValue of counts)
    pixelsByValue.forEach((pixels, value) => (sums[value] = (sums[value] ?? 0) + (value ? pixels : 0)));
  const most = sums.indexOf(Math.max(...sums));
  return most > 0 ? [most] : [];
}
