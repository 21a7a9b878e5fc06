/** Which rows of a list of equal heights are in view. */

export interface RowRange {
  /** First row, inclusive. */
  first: number;
  /** Last row, exclusive. */
  end: number;
}

/** Rows seen in a viewport of `heightPx` scrolled to `scrollPx`, with `spare` more on either side. */
export function visibleRows(
  { scrollPx, heightPx, rowPx, spare }: { scrollPx: number; heightPx: number; rowPx: number; spare: number },
  rows: number,
): RowRange {
  const first = Math.max(0, Math.floor(scrollPx / rowPx) - spare);
  const end = Math.min(rows, Math.ceil((scrollPx + heightPx) / rowPx) + spare);
  return { first: Math.min(first, end), end };
}

/** Where to scroll so that a row is wholly in view: as little as needed. */
export function scrollToShow(
  row: number,
  { scrollPx, heightPx, rowPx }: { scrollPx: number; heightPx: number; rowPx: number },
): number {
  const top = row * rowPx;
  if (top < scrollPx) return top;
  return Math.max(scrollPx, top + rowPx - heightPx);
}
