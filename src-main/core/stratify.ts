/** Divides things into training, validation and test so that every class is on every side where that can be. */
import { permutation, randomFor } from '../shared/random.js';
import type { Split } from '../shared/model.js';

/** What is never torn apart: an image or a group of them. */
export interface Unit<T> {
  value: T;
  /** Images in it. */
  size: number;
  /** Images in it that have a class, by the class's value. */
  labels: ReadonlyMap<number, number>;
}

export interface Shares {
  /** Shares of all images, 0 … 1, together below 1; the rest is trained on. */
  shares: { val: number; test: number };
  /** Equal keys and equal units in equal order give equal parts. */
  key: number[];
}

interface Side<T> {
  split: Split;
  units: Unit<T>[];
  /** Images that it still takes. */
  room: number;
  /** Images of each class that it still wants. */
  wants: Map<number, number>;
  classes: Set<number>;
}

/**
 * Iterative stratification (Sechidis, Tsoumakas & Vlahavas, ECML PKDD 2011): the rarest class first, each unit to the
 * side that lacks most of it. Two things are added: training gets the first unit of a class, since what is not trained
 * on cannot be learned; and test and validation each get one unit at least, where there is more than one.
 */
export function divideEvenly<T>(units: readonly Unit<T>[], { shares, key }: Shares): Record<Split, T[]> {
  const order = permutation(units.length, randomFor(...key));
  const left = new Set(Array.from(order, (i) => units[i]!));
  const sides = sidesFor(units, shares);
  const give = (unit: Unit<T>, side: Side<T>) => {
    left.delete(unit);
    side.units.push(unit);
    side.room -= unit.size;
    for (const [label, images] of unit.labels) {
      side.wants.set(label, (side.wants.get(label) ?? 0) - images);
      side.classes.add(label);
    }
  };
  const open = () => {
    const free = sides.filter(({ room }) => room > 0);
    return free.length ? free : sides.slice(0, 1);
  };

  for (let label = rarest(left); label !== null; label = rarest(left))
    for (const unit of [...left].filter(({ labels }) => labels.has(label!)))
      give(unit, neediest(open(), label));
  for (const unit of left) give(unit, roomiest(open()));
  fillEmpty(sides);
  const of = (split: Split) =>
    sides.find((side) => side.split === split)?.units.map(({ value }) => value) ?? [];
  return { train: of('train'), val: of('val'), test: of('test') };
}

/** Whole images to each side: at least one where a share was asked for. Training comes first. */
function sidesFor<T>(units: readonly Unit<T>[], shares: Shares['shares']): Side<T>[] {
  const total = units.reduce((sum, { size }) => sum + size, 0);
  const perLabel = new Map<number, number>();
  for (const { labels } of units)
    for (const [label, images] of labels) perLabel.set(label, (perLabel.get(label) ?? 0) + images);
  const wanted = (share: number) => (share > 0 ? Math.max(1, Math.round(share * total)) : 0);
  const rooms: [Split, number][] = [
    ['train', total - wanted(shares.val) - wanted(shares.test)],
    ['val', wanted(shares.val)],
    ['test', wanted(shares.test)],
  ];
  return rooms
    .filter(([split, room]) => split === 'train' || room > 0)
    .map(([split, room]) => ({
      split,
      units: [],
      room,
      wants: new Map([...perLabel].map(([label, images]) => [label, (images * room) / (total || 1)])),
      classes: new Set(),
    }));
}

/** The class with fewest units left; the lower value of two. */
function rarest<T>(units: Iterable<Unit<T>>): number | null {
  const counts = new Map<number, number>();
  for (const { labels } of units)
    for (const label of labels.keys()) counts.set(label, (counts.get(label) ?? 0) + 1);
  let best: number | null = null;
  for (const [label, n] of counts) {
    const least = best === null ? Infinity : counts.get(best)!;
    if (n < least || (n === least && label < best!)) best = label;
  }
  return best;
}

/** Sides without the class before those that have it, training first; then who lacks most of it, then who has room. */
function neediest<T>(sides: readonly Side<T>[], label: number): Side<T> {
  const without = sides.filter(({ classes }) => !classes.has(label));
  if (without.length) return without[0]!;
  return sides.reduce((best, side) => {
    const more = (side.wants.get(label) ?? 0) - (best.wants.get(label) ?? 0);
    return more > 0 || (more === 0 && side.room > best.room) ? side : best;
  });
}

const roomiest = <T>(sides: readonly Side<T>[]): Side<T> =>
  sides.reduce((best, side) => (side.room > best.room ? side : best));

/** A side that got nothing takes the smallest unit of the side that has most; training never goes without. */
function fillEmpty<T>(sides: readonly Side<T>[]): void {
  for (const side of sides) {
    if (side.units.length) continue;
    const from = sides.reduce((best, other) => (other.units.length > best.units.length ? other : best));
    if (from.units.length < (side.split === 'train' ? 1 : 2)) continue;
    const smallest = from.units.reduce((least, unit) => (unit.size <= least.size ? unit : least));
    from.units.splice(from.units.indexOf(smallest), 1);
    side.units.push(smallest);
  }
}
