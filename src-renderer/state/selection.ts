/** Which rows of a list are chosen after a click or key; pure, so that long lists can be tested without a window. */

export interface Selection {
  /** The row that the editor shows. */
  current: number | null;
  /** Where a range starts. */
  anchor: number | null;
  chosen: ReadonlySet<number>;
}

export const NOTHING_CHOSEN: Selection = { current: null, anchor: null, chosen: new Set() };

const FEW = 16;

export type Choosing = 'only' | 'toggle' | 'range';

/** The selection after `id` was chosen in `ids`, the rows in the order in which they are shown. */
export function choose(ids: readonly number[], before: Selection, id: number, how: Choosing): Selection {
  if (how === 'toggle') {
    const chosen = new Set(before.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    if (chosen.size === 0) chosen.add(id);
    return { current: chosen.has(id) ? id : ([...chosen].at(-1) ?? id), anchor: id, chosen };
  }
  const from = how === 'range' && before.anchor !== null ? ids.indexOf(before.anchor) : -1;
  const to = ids.indexOf(id);
  if (from < 0 || to < 0) return { current: id, anchor: id, chosen: new Set([id]) };
  const range = ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { current: id, anchor: before.anchor, chosen: new Set(range) };
}

export const chooseAll = (ids: readonly number[], before: Selection): Selection => ({
  current: before.current ?? ids[0] ?? null,
  anchor: ids[0] ?? null,
  chosen: new Set(ids),
});

/** What is left of a selection when the list has changed; a current row that is gone gives way to its neighbour. */
export function keepShown(before: Selection, former: readonly number[], ids: readonly number[]): Selection {
  // A set of 100,000 ids takes longer than looking for a few of them.
  const set = before.chosen.size > FEW ? new Set(ids) : null;
  const isShown = (id: number) => (set ? set.has(id) : ids.includes(id));
  const chosen = new Set([...before.chosen].filter(isShown));
  let { current } = before;
  if (current !== null && !isShown(current)) {
    const shown = new Set(ids);
    const place = former.indexOf(current);
    current =
      former.slice(place + 1).find((id) => shown.has(id)) ??
      former.slice(0, Math.max(0, place)).findLast((id) => shown.has(id)) ??
      null;
  }
  if (current !== null && chosen.size === 0) chosen.add(current);
  const anchor = before.anchor !== null && isShown(before.anchor) ? before.anchor : current;
  return { current, anchor, chosen };
}
