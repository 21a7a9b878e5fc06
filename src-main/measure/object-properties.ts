/** Size, place, shape and brightness of every object of an image, by the names and definitions of scikit-image. */
import type { PixelImage } from '../shared/model.js';
import { convexArea, type RowExtents } from './convex-area.js';
import { perimeters } from './perimeter.js';

/** Objects as `connectedComponents` or another program numbered them: `data[y * width + x]` is 0 or an object's number. */
export interface ObjectMap {
  width: number;
  height: number;
  data: Uint8Array | Uint16Array | Uint32Array;
}

export interface ChannelIntensity {
  mean: number;
  min: number;
  max: number;
}

/** As `skimage.measure.regionprops` has them; px unless said. */
export interface ObjectProperties {
  /** The object's number in the map. */
  label: number;
  /** Pixels. */
  area: number;
  /** Row and column. */
  centroid: [number, number];
  /** First row, first column, row and column after the last. */
  bbox: [number, number, number, number];
  /** Through the centres of the border pixels (Benkrid and Crookes), 4-connected border. */
  perimeter: number;
  /** Of the ellipse with the same second moments, 0 … 1. */
  eccentricity: number;
  /** Share of the convex hull that is object, 0 … 1. */
  solidity: number;
  /** Of a circle of the same area. */
  equivalentDiameterArea: number;
  /** Whether a pixel lies at the image's edge: then it may be cut off. */
  touchesBorder: boolean;
  /** One a channel, alpha left out; none without an image. */
  intensity: ChannelIntensity[];
}

/** Sums over the pixels of one object. Coordinates count from its first pixel: smaller numbers, all of them exact. */
interface Sums extends RowExtents {
  area: number;
  originX: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
  firstRow: number;
  firstColumn: number;
  endColumn: number;
  intensity: ChannelIntensity[];
}

/**
 * All objects, by their numbers.
 * @param image Of the same size.
 * @throws RangeError for an image of another size.
 */
export function measureObjects(map: ObjectMap, image?: PixelImage): ObjectProperties[] {
  if (image && (image.width !== map.width || image.height !== map.height))
    throw new RangeError(
      `objects of ${map.width} × ${map.height} px on an image of ${image.width} × ${image.height}`,
    );
  const sums = sumUp(map, image);
  const borders = perimeters(map);
  return [...sums.entries()]
    .sort(([a], [b]) => a - b)
    .map(([label, own]) => propertiesOf(label, own, borders.get(label)!, map));
}

function sumUp({ width, height, data }: ObjectMap, image: PixelImage | undefined): Map<number, Sums> {
  const channels = image ? image.channels - (image.alpha ? 1 : 0) : 0;
  const objects = new Map<number, Sums>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width;) {
      const start = x;
      const label = data[y * width + x]!;
      do x++;
      while (x < width && data[y * width + x] === label);
      if (label === 0) continue;
      let own = objects.get(label);
      if (!own) objects.set(label, (own = started(start, y, channels)));
      addRun(own, y, start, x);
      if (image) addSamples(own.intensity, image, y * width + start, y * width + x);
    }
  return objects;
}

const started = (originX: number, firstRow: number, channels: number): Sums => ({
  area: 0,
  originX,
  x: 0,
  y: 0,
  xx: 0,
  xy: 0,
  yy: 0,
  firstRow,
  firstColumn: Infinity,
  endColumn: 0,
  left: [],
  right: [],
  intensity: Array.from({ length: channels }, () => ({ mean: 0, min: Infinity, max: -Infinity })),
});

/** Pixels `start` to `end` − 1 of a row. */
function addRun(own: Sums, y: number, start: number, end: number): void {
  const row = y - own.firstRow;
  const [from, to] = [start - own.originX, end - own.originX];
  const n = to - from;
  const sumX = (n * (from + to - 1)) / 2;
  own.area += n;
  own.x += sumX;
  own.y += n * row;
  own.xx += sumOfSquares(to - 1) - sumOfSquares(from - 1);
  own.xy += sumX * row;
  own.yy += n * row * row;
  own.firstColumn = Math.min(own.firstColumn, start);
  own.endColumn = Math.max(own.endColumn, end);
  while (own.left.length <= row) {
    own.left.push(Infinity);
    own.right.push(-Infinity);
  }
  own.left[row] = Math.min(own.left[row]!, start);
  own.right[row] = Math.max(own.right[row]!, end - 1);
}

/** 0² + 1² + … + n² less a constant; differences are what counts, also left of 0. */
const sumOfSquares = (n: number): number => (n * (n + 1) * (2 * n + 1)) / 6;

/** `mean` is the sum for now. */
function addSamples(
  intensity: ChannelIntensity[],
  { data, channels }: PixelImage,
  first: number,
  end: number,
): void {
  for (let channel = 0; channel < intensity.length; channel++) {
    const own = intensity[channel]!;
    for (let i = first * channels + channel; i < end * channels; i += channels) {
      const value = data[i]!;
      own.mean += value;
      // As NumPy does it: one NaN makes all three NaN.
      own.min = Math.min(own.min, value);
      own.max = Math.max(own.max, value);
    }
  }
}

function propertiesOf(
  label: number,
  own: Sums,
  perimeter: number,
  { width, height }: ObjectMap,
): ObjectProperties {
  const { area, firstRow, firstColumn, endColumn } = own;
  const endRow = firstRow + own.left.length;
  return {
    label,
    area,
    centroid: [firstRow + own.y / area, own.originX + own.x / area],
    bbox: [firstRow, firstColumn, endRow, endColumn],
    perimeter,
    eccentricity: eccentricityOf(own),
    solidity: area / convexArea(own),
    equivalentDiameterArea: Math.sqrt((4 * area) / Math.PI),
    touchesBorder: firstRow === 0 || firstColumn === 0 || endRow === height || endColumn === width,
    intensity: own.intensity.map(({ mean, min, max }) => ({ mean: mean / area, min, max })),
  };
}

function eccentricityOf({ area, x, y, xx, xy, yy }: Sums): number {
  // area² times the variances: whole numbers, so that a square has exactly 0.
  const varianceX = area * xx - x * x;
  const varianceY = area * yy - y * y;
  const covariance = area * xy - x * y;
  const middle = (varianceX + varianceY) / 2;
  const reach = Math.hypot((varianceX - varianceY) / 2, covariance);
  const long = middle + reach;
  if (long <= 0) return 0;
  return Math.sqrt(1 - Math.max(0, middle - reach) / long);
}
