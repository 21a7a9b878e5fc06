/** Pixel sizes as files state them, in micrometres. */

/**
 * From here up a resolution tag is a print setting (72 to 1200 dpi are 353 to 21 µm), not what a microscope saw.
 */
const PRINT_SETTING_UM = 20;

/** A size from a plain resolution tag, or null where it can only be a print setting. */
export const plausiblePixelSizeUm = (um: number): number | null =>
  Number.isFinite(um) && um > 0 && um < PRINT_SETTING_UM ? um : null;

const UNIT_UM: Record<string, number> = {
  pm: 1e-6,
  å: 1e-4,
  nm: 1e-3,
  nanometer: 1e-3,
  µm: 1,
  um: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  mm: 1e3,
  millimeter: 1e3,
  cm: 1e4,
  m: 1e6,
  inch: 25_400,
  in: 25_400,
};

/** Micrometres in one of a named unit, or null for "pixel" and for names we do not know. */
export function unitUm(name: string): number | null {
  // The micro sign, the Greek letter and ImageJ's escapes are one letter here.
  const plain = name
    .trim()
    .replace(/\\u00b5|\u03bc|\u00c2\u00b5/gi, 'µ')
    .toLowerCase();
  return UNIT_UM[plain] ?? null;
}

/** From OME-XML: the first PhysicalSizeX or Z, whose unit is micrometres unless said otherwise. */
export function omePixelSizeUm(xml: string, axis: 'X' | 'Z'): number | null {
  const pixels = /<(?:\w{1,20}:)?Pixels\b[^<>]*>/.exec(xml)?.[0];
  if (!pixels) return null;
  const size = Number(new RegExp(`\\bPhysicalSize${axis}="([^"]+)"`).exec(pixels)?.[1]);
  const unit = new RegExp(`\\bPhysicalSize${axis}Unit="([^"]+)"`).exec(pixels)?.[1] ?? 'µm';
  const um = unitUm(unit.replace(/&#(?:181|xB5|956|x3BC);/gi, 'µ'));
  return Number.isFinite(size) && size > 0 && um ? size * um : null;
}

/** From ImageJ's description: `unit=micron` with pixels a unit in the resolution tag. */
export function imagejPixelSizeUm(description: string, pixelsPerUnit: number | null): number | null {
  const unit = /^unit=(.+)$/m.exec(description)?.[1];
  const um = unit ? unitUm(unit) : null;
  return um && pixelsPerUnit && Number.isFinite(pixelsPerUnit) && pixelsPerUnit > 0
    ? um / pixelsPerUnit
    : null;
}

/** Distance of ImageJ's slices, from `spacing=` in its `unit=`. */
export function imagejSpacingUm(description: string): number | null {
  const unit = /^unit=(.+)$/m.exec(description)?.[1];
  const um = unit ? unitUm(unit) : null;
  const spacing = Math.abs(Number(/^spacing=(\S+)/m.exec(description)?.[1]));
  return um && Number.isFinite(spacing) && spacing > 0 ? spacing * um : null;
}
