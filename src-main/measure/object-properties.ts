/** Size, place, shape and brightness of every object of an image, by the names and definitions of scikit-image. */
import type { PixelImage } from '../shared/model.js';
import { addRun, addSamples, propertiesOf, started, type Sums } from './object-sums.js';
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
