/** Work on several items at a time, with results in the items' order. */

/**
 * @param atOnce items under way at a time, those whose results wait for an earlier one included
 * @param work must not reject: what goes wrong with an item is part of its result
 */
export async function* sideBySide<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  for (const item of items) {
    underWay.push(work(item));
    if (underWay.length >= atOnce) yield await underWay.shift()!;
  }
  for (const last of underWay) yield await last;
}
