/** PNG's row filters, undone (ISO/IEC 15948, clause 9). One loop a filter: they are where a PNG's time goes. */
import { DamagedImage } from './refusal.js';

/** Rows of `rowBytes`, each behind its filter's number. */
export interface FilteredRows {
  plain: Uint8Array;
  /** Where the first row's filter stands. */
  start: number;
  rowBytes: number;
  height: number;
  /** Bytes from a sample to the one it is predicted from, at least 1. */
  step: number;
}

/** @returns The rows without filters, and where they ended in `plain`. @throws DamagedImage */
export function undoFilters({ plain, start, rowBytes, height, step }: FilteredRows): {
  rows: Uint8Array;
  end: number;
} {
  const rows = new Uint8Array(rowBytes * height);
  let from = start;
  for (let y = 0; y < height; y++) {
    const filter = plain[from++]!;
    const to = y * rowBytes;
    // The row above the first is zeros, which makes these filters others.
    const kind = y ? filter : (FIRST_ROW[filter] ?? filter);
    if (kind > FIRST_AVERAGE) throw new DamagedImage(`a row has filter ${filter}, which PNG does not have`);
    rows.set(plain.subarray(from, from + rowBytes), to);
    from += rowBytes;
    if (kind === 1) undoSub(rows, to, { rowBytes, step });
    else if (kind === 2) undoUp(rows, to, rowBytes);
    else if (kind === 3) undoAverage(rows, to, { rowBytes, step });
    else if (kind === 4) undoPaeth(rows, to, { rowBytes, step });
    else if (kind === FIRST_AVERAGE) undoHalf(rows, to, { rowBytes, step });
  }
  return { rows, end: from };
}

const FIRST_AVERAGE = 5;
/** In the first row: up is nothing, average is half of the left, Paeth is the left. 5 is no filter of the standard. */
const FIRST_ROW: Record<number, number> = { 2: 0, 3: FIRST_AVERAGE, 4: 1, 5: 6 };

interface RowShape {
  rowBytes: number;
  step: number;
}

// Where the left sample counts, one byte of a pixel is done after the other: so it stays in a register.

function undoSub(rows: Uint8Array, to: number, { rowBytes, step }: RowShape): void {
  for (let lane = to; lane < to + Math.min(step, rowBytes); lane++) {
    let left = rows[lane]!;
    for (let i = lane + step; i < to + rowBytes; i += step) rows[i] = left = (rows[i]! + left) & 255;
  }
}

function undoHalf(rows: Uint8Array, to: number, { rowBytes, step }: RowShape): void {
  for (let i = to + step; i < to + rowBytes; i++) rows[i] = rows[i]! + (rows[i - step]! >> 1);
}

function undoUp(rows: Uint8Array, to: number, rowBytes: number): void {
  for (let i = to; i < to + rowBytes; i++) rows[i] = rows[i]! + rows[i - rowBytes]!;
}

function undoAverage(rows: Uint8Array, to: number, { rowBytes, step }: RowShape): void {
  const first = Math.min(step, rowBytes);
  for (let i = to; i < to + first; i++) rows[i] = rows[i]! + (rows[i - rowBytes]! >> 1);
  for (let lane = to; lane < to + first; lane++) {
    let left = rows[lane]!;
    for (let i = lane + step; i < to + rowBytes; i += step)
      rows[i] = left = (rows[i]! + ((left + rows[i - rowBytes]!) >> 1)) & 255;
  }
}

function undoPaeth(rows: Uint8Array, to: number, { rowBytes, step }: RowShape): void {
  const first = Math.min(step, rowBytes);
  // Left and corner are nothing: the one above predicts.
  for (let i = to; i < to + first; i++) rows[i] = rows[i]! + rows[i - rowBytes]!;
  for (let lane = 0; lane < first; lane++) {
    let left = rows[to + lane]!;
    let corner = rows[to + lane - rowBytes]!;
    for (let i = to + lane + step; i < to + rowBytes; i += step) {
      const up = rows[i - rowBytes]!;
      const toLeft = up > corner ? up - corner : corner - up;
      const toUp = left > corner ? left - corner : corner - left;
      const both = left + up - 2 * corner;
      const toCorner = both < 0 ? -both : both;
      const predicted = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      left = (rows[i]! + predicted) & 255;
      rows[i] = left;
      corner = up;
    }
  }
}
