/**
 * Draws one training crop: where it lies, how it is turned, scaled and mirrored, and how its intensities are changed.
 * Labels always follow by the nearest neighbour. Everything comes from the random stream that is passed in.
 */
import type { Random } from '../shared/random.js';
import type { Settings } from '../shared/settings.js';
import { addNoise, blur, jitterChannels, jitterGain, jitterGamma, jitterHsv } from './colour.js';
import { elasticField } from './elastic.js';
import type { InputImage } from './intensity.js';
import { letterbox, resampleBicubic, resampleNearest, type Window } from './resample.js';
import { mirror, VOID_INDEX, warp, type Affine, type IndexMap } from './warp.js';

/** Settings with every `auto` decided; see sampling-decision.ts. */
export type AugmentSettings = Pick<
  Settings,
  | 'scaleMode'
  | 'size'
  | 'interpolation'
  | 'scaleMin'
  | 'scaleMax'
  | 'scaleDraw'
  | 'aspectJitter'
  | 'flipHorizontal'
  | 'flipVertical'
  | 'quarterTurns'
  | 'rotation'
  | 'elastic'
  | 'border'
  | 'gainJitter'
  | 'offsetJitter'
  | 'channelJitter'
  | 'gamma'
  | 'noise'
  | 'blur'
  | 'hue'
  | 'saturation'
  | 'value'
> & { padValue: number };

export interface Crop {
  /** [size · size · channels]. */
  x: Float32Array;
  /** [size · size], class index or VOID_INDEX. */
  y: Uint8Array;
}

/** Largest distance of the focus from the crop's centre along an axis, in half sides: inside however it is turned. */
const FOCUS_REACH = 0.7;

/**
 * @param focus a pixel near which the crop must lie, or null for anywhere.
 */
export function augmentedCrop(
  image: InputImage,
  labels: IndexMap,
  focus: { x: number; y: number } | null,
  settings: AugmentSettings,
  random: Random,
): Crop {
  const crop =
    settings.interpolation === 'bicubic' && settings.rotation <= 0 && settings.elastic === 0
      ? resizedCrop(image, labels, focus, settings, random)
      : warpedCrop(image, labels, focus, settings, random);
  changeIntensities(crop.x, image.channels, settings, random);
  return crop;
}

/** Scale of the image in the crop, across and down. */
function drawScale(image: InputImage, settings: AugmentSettings, random: Random) {
  const { scaleMin, scaleMax, scaleDraw, aspectJitter, scaleMode, size } = settings;
  const base = scaleMode === 'letterbox' ? letterbox(image.width, image.height, size).width / image.width : 1;
  const drawn =
    scaleDraw === 'uniform'
      ? random.uniform(scaleMin, scaleMax)
      : Math.exp(random.uniform(Math.log(scaleMin), Math.log(scaleMax)));
  const scale = base * drawn;
  const aspect =
    random.uniform(1 - aspectJitter, 1 + aspectJitter) / random.uniform(1 - aspectJitter, 1 + aspectJitter);
  // As in the tutorial: the side that would grow keeps its scale and the other shrinks.
  return aspect < 1 ? { across: scale * aspect, down: scale } : { across: scale, down: scale / aspect };
}

/** The tutorial's way: resize with a smoothing bicubic filter, paste at random, mirror. */
function resizedCrop(
  image: InputImage,
  labels: IndexMap,
  focus: { x: number; y: number } | null,
  settings: AugmentSettings,
  random: Random,
): Crop {
  const { size, padValue } = settings;
  const scale = drawScale(image, settings, random);
  const fullWidth = Math.max(1, Math.round(image.width * scale.across));
  const fullHeight = Math.max(1, Math.round(image.height * scale.down));
  const place = (full: number, at: number | null) => {
    const room = full - size;
    // Anywhere: also for an image smaller than the crop, which then floats in padding.
    if (at === null || room <= 0) return Math.round(random.uniform(Math.min(0, room), Math.max(0, room)));
    return Math.round(Math.min(room, Math.max(0, at - size / 2 + random.uniform(-0.35, 0.35) * size)));
  };
  const left = place(fullWidth, focus && focus.x * scale.across);
  const top = place(fullHeight, focus && focus.y * scale.down);
  const window = { fullWidth, fullHeight, left, top, width: size, height: size };
  const crop = {
    x: resampleBicubic(image, window, padValue),
    y: resampleNearest(labels, window, VOID_INDEX),
  };
  if (settings.border === 'reflect') mirrorOutside(crop, window, image.channels);
  return turn(crop, size, image.channels, {
    mirrorX: settings.flipHorizontal && random.chance(0.5),
    mirrorY: settings.flipVertical && random.chance(0.5),
    transpose: settings.quarterTurns && random.chance(0.5),
  });
}

/** Fills what lies outside the image with the image mirrored: an axis that does not fill the crop lies whole in it. */
function mirrorOutside(
  { x, y }: Crop,
  { fullWidth, fullHeight, left, top, width: size }: Window,
  channels: number,
): void {
  if (fullWidth >= size && fullHeight >= size) return;
  for (let row = 0, to = 0; row < size; row++) {
    const fromRow = mirror(row + top, fullHeight) - top;
    for (let column = 0; column < size; column++, to++) {
      const from = fromRow * size + mirror(column + left, fullWidth) - left;
      if (from === to) continue;
      y[to] = y[from]!;
      x.copyWithin(to * channels, from * channels, (from + 1) * channels);
    }
  }
}

function turn(
  crop: Crop,
  size: number,
  channels: number,
  { mirrorX, mirrorY, transpose }: { mirrorX: boolean; mirrorY: boolean; transpose: boolean },
): Crop {
  if (!mirrorX && !mirrorY && !transpose) return crop;
  const x = new Float32Array(crop.x.length);
  const y = new Uint8Array(crop.y.length);
  for (let row = 0, to = 0; row < size; row++)
    for (let column = 0; column < size; column++, to++) {
      const r = mirrorY ? size - 1 - row : row;
      const c = mirrorX ? size - 1 - column : column;
      const from = transpose ? c * size + r : r * size + c;
      y[to] = crop.y[from]!;
      for (let k = 0; k < channels; k++) x[to * channels + k] = crop.x[from * channels + k]!;
    }
  return { x, y };
}

/** One inverse affine map, and a smooth displacement on top where `elastic` asks for it. */
function warpedCrop(
  image: InputImage,
  labels: IndexMap,
  focus: { x: number; y: number } | null,
  settings: AugmentSettings,
  random: Random,
): Crop {
  const { size, border, padValue } = settings;
  const scale = drawScale(image, settings, random);
  const center = (length: number, half: number, at: number | null) => {
    const wanted =
      at === null ? random.uniform(0, length) : at + random.uniform(-FOCUS_REACH, FOCUS_REACH) * half;
    const inside = Math.min(
      Math.max(wanted, Math.min(half, length / 2)),
      Math.max(length - half, length / 2),
    );
    // A crop that is turned at any angle and pushed inside the image would miss a focus in a corner.
    if (at === null || settings.rotation <= 0) return inside;
    return Math.min(Math.max(inside, at - FOCUS_REACH * half), at + FOCUS_REACH * half);
  };
  const cx = center(image.width, size / 2 / scale.across, focus && focus.x);
  const cy = center(image.height, size / 2 / scale.down, focus && focus.y);

  const quarter = settings.quarterTurns ? (random.integer(4) * Math.PI) / 2 : 0;
  const free = settings.rotation > 0 ? (random.uniform(-1, 1) * settings.rotation * Math.PI) / 180 : 0;
  const [cos, sin] = [Math.cos(quarter + free), Math.sin(quarter + free)];
  const mirrorX = settings.flipHorizontal && random.chance(0.5) ? -1 : 1;
  const mirrorY = settings.flipVertical && random.chance(0.5) ? -1 : 1;
  const a = (cos * mirrorX) / scale.across;
  const b = (-sin * mirrorY) / scale.across;
  const d = (sin * mirrorX) / scale.down;
  const e = (cos * mirrorY) / scale.down;
  const middle = (size - 1) / 2;
  // Positions are pixel centres at integers; `cx` counts from the image's edge.
  const affine: Affine = [a, b, cx - 0.5 - (a + b) * middle, d, e, cy - 0.5 - (d + e) * middle];
  const displacement =
    settings.elastic > 0 ? { displacement: elasticField(size, settings.elastic, random) } : {};
  return warp(image, labels, { size, affine, border, padValue, ...displacement });
}

function changeIntensities(
  x: Float32Array,
  channels: number,
  settings: AugmentSettings,
  random: Random,
): void {
  const { hue, saturation, value, gainJitter, offsetJitter, channelJitter, gamma, noise, size } = settings;
  const factor = (limit: number) => {
    const drawn = random.uniform(1, limit);
    return random.chance(0.5) ? drawn : 1 / drawn;
  };
  if (channels === 3 && (hue > 0 || saturation > 1 || value > 1))
    jitterHsv(x, random.uniform(-hue, hue), factor(saturation), factor(value));
  if (gamma > 0) jitterGamma(x, Math.exp(random.uniform(-gamma, gamma)));
  if (gainJitter > 0 || offsetJitter > 0)
    jitterGain(x, 1 + random.uniform(-gainJitter, gainJitter), random.uniform(-offsetJitter, offsetJitter));
  if (channelJitter > 0 && channels > 1) {
    const around = (middle: number) =>
      Array.from({ length: channels }, () => middle + random.uniform(-channelJitter, channelJitter));
    jitterChannels(x, around(1), around(0));
  }
  if (settings.blur > 0) {
    const sigma = random.uniform(0, settings.blur);
    if (sigma > 0.3) blur(x, size, channels, sigma);
  }
  if (noise > 0) addNoise(x, noise, random);
}
