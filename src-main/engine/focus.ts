/** Where crops are drawn, so that labelled pixels and rare classes are in them. */
import type { Random } from '../shared/random.js';
import { VOID_INDEX, type IndexMap } from './warp.js';

/** At most this many positions a class are kept of one image, evenly spaced. */
const MAX_POSITIONS = 20_000;

export interface FocusOptions {
  /** Draw near a labelled pixel always. */
  labelled: boolean;
  /** Probability of drawing near a pixel of a class that is chosen evenly among the image's. */
  rareShare: number;
}

/** Gives a pixel near which the next crop must lie, or null for anywhere. */
export type Focus = (random: Random) => { x: number; y: number } | null;

export function focusOf(labels: IndexMap, { labelled, rareShare }: FocusOptions): Focus {
  if (!labelled && rareShare === 0) return () => null;
  const counts = new Float64Array(256);
  for (const label of labels.data) counts[label]!++;
  const classes = [...counts.keys()].filter((label) => label !== VOID_INDEX && counts[label]! > 0);
  if (classes.length === 0) return () => null;
  const positions = positionsByClass(labels.data, counts);
  const total = classes.reduce((sum, label) => sum + counts[label]!, 0);

  const proportional = (random: Random) => {
    let at = random.uniform(0, total);
    return classes.find((label) => (at -= counts[label]!) < 0) ?? classes.at(-1)!;
  };
  return (random) => {
    const rare = rareShare > 0 && random.chance(rareShare);
    if (!rare && !labelled) return null;
    const label = rare ? classes[random.integer(classes.length)]! : proportional(random);
    const list = positions.get(label)!;
    const position = list[random.integer(list.length)]!;
    return { x: position % labels.width, y: Math.floor(position / labels.width) };
  };
}

function positionsByClass(data: Uint8Array, counts: Float64Array): Map<number, number[]> {
  const positions = new Map<number, number[]>();
  const seen = new Float64Array(256);
  data.forEach((label, position) => {
    if (label === VOID_INDEX) return;
    const every = Math.ceil(counts[label]! / MAX_POSITIONS);
    if (seen[label]!++ % every) return;
    const list = positions.get(label);
    if (list) list.push(position);
    else positions.set(label, [position]);
  });
  return positions;
}
