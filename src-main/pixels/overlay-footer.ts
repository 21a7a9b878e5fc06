/** A strip below an overlay with the classes' colours and names, and a scale bar: nothing of the picture is covered. */
import type { ClassInfo } from '../shared/model.js';
import { rgbOf } from '../shared/palette.js';
import { CHARACTER_DOTS, drawText, LINE_DOTS, textDots } from './bitmap-font.js';

/** RGB, three bytes a pixel. */
export interface RgbPicture {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface FooterOptions {
  classes: readonly ClassInfo[];
  /** Null: no scale bar. */
  pixelSizeUm: number | null;
}

export interface ScaleBar {
  lengthPx: number;
  /** `50 µm`. */
  label: string;
}

/** The longest of 1, 2 and 5 × 10ⁿ µm that takes at most a quarter of the width; null where none does. */
export function scaleBar(widthPx: number, pixelSizeUm: number): ScaleBar | null {
  const mostUm = (widthPx * pixelSizeUm) / 4;
  if (!(mostUm > 0) || !Number.isFinite(mostUm)) return null;
  const power = 10 ** Math.floor(Math.log10(mostUm));
  const um = [5, 2, 1].map((digit) => digit * power).find((length) => length <= mostUm) ?? power;
  const lengthPx = Math.round(um / pixelSizeUm);
  return lengthPx < 1 ? null : { lengthPx, label: lengthText(um) };
}

/** The picture with the strip below it; as it is when there is nothing to say. */
export function withFooter(picture: RgbPicture, { classes, pixelSizeUm }: FooterOptions): RgbPicture {
  const { width } = picture;
  // A dot of the font in pixels: readable when the whole picture is shown on a slide.
  const dot = Math.max(1, Math.round(width / 640));
  const bar = pixelSizeUm === null ? null : scaleBar(width, pixelSizeUm);
  const lines = legendLines(classes, Math.floor(width / dot) - 2 * MARGIN);
  if (!lines.length && !bar) return picture;
  const barDots = bar ? LINE_DOTS + 5 : 0;
  const heightDots = 2 * MARGIN + lines.length * (LINE_DOTS + 2) + barDots;
  const strip = new Strip(width, heightDots * dot, dot);
  for (const [row, line] of lines.entries()) {
    const y = MARGIN + row * (LINE_DOTS + 2);
    for (const { at, info } of line) {
      strip.fill({ x: at, y, width: SWATCH, height: SWATCH }, rgbOf(info.color));
      strip.text(info.name, at + SWATCH + 3, y);
    }
  }
  if (bar) {
    const y = (heightDots - MARGIN - barDots) * dot;
    const left = MARGIN * dot;
    strip.fillPx({ x: left, y: y + dot, width: bar.lengthPx, height: 3 * dot });
    strip.text(bar.label, MARGIN, heightDots - MARGIN - barDots + 6);
  }
  const data = new Uint8Array(picture.data.length + strip.data.length);
  data.set(picture.data);
  data.set(strip.data, picture.data.length);
  return { width, height: picture.height + heightDots * dot, data };
}

const MARGIN = 4;
const SWATCH = 7;
/** Between two classes of a line. */
const GAP = 8;

interface Entry {
  at: number;
  info: ClassInfo;
}

/** Classes in lines no wider than `widthDots`; one that is wider by itself is cut off by the edge. */
function legendLines(classes: readonly ClassInfo[], widthDots: number): Entry[][] {
  const lines: Entry[][] = [];
  let at = Infinity;
  for (const info of classes) {
    const wide = SWATCH + 3 + textDots(info.name);
    if (at + wide > MARGIN + widthDots) {
      lines.push([]);
      at = MARGIN;
    }
    lines.at(-1)!.push({ at, info });
    at += wide + GAP - (CHARACTER_DOTS - 5);
  }
  return lines;
}

function lengthText(um: number): string {
  if (um >= 1e4) return `${round(um / 1e4)} cm`;
  if (um >= 1e3) return `${round(um / 1e3)} mm`;
  return um >= 1 ? `${round(um)} µm` : `${round(um * 1e3)} nm`;
}

/** Without the last binary digits of 0.2 × 10. */
const round = (value: number): number => Number(value.toPrecision(6));

const INK = [255, 255, 255] as const;

/** A black strip; rectangles and words in dots of the font, or in pixels where a length must be true. */
class Strip {
  readonly data: Uint8Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly dot: number,
  ) {
    this.data = new Uint8Array(width * height * 3);
  }

  fill(rect: Rect, colour: readonly [number, number, number] = INK): void {
    const { dot } = this;
    this.fillPx(
      { x: rect.x * dot, y: rect.y * dot, width: rect.width * dot, height: rect.height * dot },
      colour,
    );
  }

  fillPx(rect: Rect, colour: readonly [number, number, number] = INK): void {
    for (let y = rect.y; y < Math.min(this.height, rect.y + rect.height); y++)
      for (let x = rect.x; x < Math.min(this.width, rect.x + rect.width); x++)
        this.data.set(colour, (y * this.width + x) * 3);
  }

  text(words: string, x: number, y: number): void {
    drawText(words, (dx, dy) => this.fill({ x: x + dx, y: y + dy, width: 1, height: 1 }));
  }
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
