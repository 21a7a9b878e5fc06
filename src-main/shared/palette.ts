/** Default class colours: Okabe & Ito's palette, distinguishable with the common colour-vision deficiencies. */

const OKABE_ITO = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#999999'];

/** The colour of the class with the given label value (1 …); past eight the hue turns by the golden angle. */
export function defaultColor(value: number): string {
  const index = value - 1;
  if (index < OKABE_ITO.length) return OKABE_ITO[index]!;
  const hue = ((index * 137.508) % 360) / 60;
  const channel = (offset: number) => {
    const k = (offset + hue * 2) % 12;
    const level = 0.55 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * level)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** `#rrggbb` as three bytes. */
export const rgbOf = (color: string): [number, number, number] => {
  const n = Number.parseInt(color.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
};
