/** Stripes that tell classes apart whose colours alone would not: the ninth and those after it. */

/** Classes with colours of Okabe and Ito's palette; they need no pattern. */
const PLAIN = 8;
/** Canvas pixels after which a pattern repeats. */
const PERIOD = 8;

/** Whether a pixel of a pattern has the accent, by column and row modulo PERIOD. */
const PATTERNS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % PERIOD < 2,
  (x, y) => (x - y + PERIOD) % PERIOD < 2,
  (_, y) => y % PERIOD < 2,
  (x) => x % PERIOD < 2,
  (x, y) => x % 4 < 2 && y % 4 < 2,
];

/** Number of a class's pattern; 0: none. Eight classes share one, each with a colour of its own. */
export const patternOf = (value: number): number =>
  value <= PLAIN ? 0 : 1 + (Math.floor((value - PLAIN - 1) / PLAIN) % PATTERNS.length);

/**
 * Colours of label values by place: `table[((y % 8) * 8 + (x % 8)) * 256 + value]`, x and y in pixels of the canvas.
 * @param colours Of each label value, RGBA little-endian, 256 entries.
 * @param classes How many classes there are. Null: none has a pattern.
 */
export function patternTable(colours: Uint32Array, classes: number): Uint32Array | null {
  if (classes <= PLAIN) return null;
  const table = new Uint32Array(PERIOD * PERIOD * 256);
  for (let y = 0; y < PERIOD; y++)
    for (let x = 0; x < PERIOD; x++) {
      const from = (y * PERIOD + x) * 256;
      table.set(colours, from);
      for (let value = PLAIN + 1; value <= classes; value++)
        if (PATTERNS[patternOf(value) - 1]!(x, y)) table[from + value] = accentOf(colours[value]!);
    }
  return table;
}

/** Half way to black from a light colour, to white from a dark one; a clear colour stays clear. */
function accentOf(colour: number): number {
  const parts = [colour & 255, (colour >>> 8) & 255, (colour >>> 16) & 255] as const;
  // Luma of ITU-R BT.601.
  const target = 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] > 110 ? 0 : 255;
  const [red, green, blue] = parts.map((part) => (part + target) >> 1) as [number, number, number];
  return ((colour & 0xff000000) | (blue << 16) | (green << 8) | red) >>> 0;
}
