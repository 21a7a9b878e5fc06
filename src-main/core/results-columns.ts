/** The columns of the tables of measurements: their names, units and meanings. */
import type { ResultColumn } from '../shared/app-api-results.js';

const text = (name: string, description: string): ResultColumn => ({
  name,
  kind: 'text',
  unit: '',
  description,
});
const number = (name: string, unit: string, description: string): ResultColumn => ({
  name,
  kind: 'number',
  unit,
  description,
});

const PLACE = [
  text('image', 'The image’s path in its folder, or its name in the project'),
  number('page', '', 'Page of a stack, from 1'),
  text('folder', 'Folder of the image'),
  text('group', 'Group of the image in the project'),
] as const;

export const OBJECT_RESULTS: readonly ResultColumn[] = [
  ...PLACE,
  number('label', '', 'Number of the object in its image, from 1'),
  text('class', 'Name of the class'),
  number('area', 'px', 'Pixels'),
  number('area_um2', 'µm²', 'Area by the pixel size; empty where that is not known'),
  number('centroid-0', 'px', 'Row of the centre of mass'),
  number('centroid-1', 'px', 'Column of the centre of mass'),
  number('bbox-0', 'px', 'First row'),
  number('bbox-1', 'px', 'First column'),
  number('bbox-2', 'px', 'Row after the last'),
  number('bbox-3', 'px', 'Column after the last'),
  number('perimeter', 'px', 'Line through the centres of the border pixels (Benkrid and Crookes)'),
  number('perimeter_um', 'µm', 'Perimeter by the pixel size; empty where that is not known'),
  number('eccentricity', '', 'Of the ellipse with the same second moments, 0 to 1; 0 is a circle'),
  number('solidity', '', 'Share of the convex hull that is object, 0 to 1'),
  number('equivalent_diameter_area', 'px', 'Diameter of a circle of the same area'),
  number('equivalent_diameter_um', 'µm', 'The same by the pixel size; empty where that is not known'),
  number('touches_border', '', '1: it lies at the image’s edge and may be cut off; 0: it does not'),
];

export const IMAGE_RESULTS: readonly ResultColumn[] = [
  ...PLACE,
  number('width', 'px', 'Columns of the image'),
  number('height', 'px', 'Rows of the image'),
  number('pixel_size_um', 'µm', 'Micrometres a pixel; empty where that is not known'),
  text('class', 'Name of the class'),
  number('pixels', 'px', 'Pixels of the class'),
  number('fraction', '', 'Share in all pixels that carry a class, 0 to 1'),
  number('objects', '', 'Objects of the class; empty for background'),
];

const STATISTICS = { mean: 'Mean', min: 'Least', max: 'Greatest' } as const;

/** Of brightness, `channels` of each. */
export const intensityColumns = (channels: number): ResultColumn[] =>
  (Object.keys(STATISTICS) as (keyof typeof STATISTICS)[]).flatMap((what) =>
    Array.from({ length: channels }, (_, channel) =>
      number(
        `intensity_${what}-${channel}`,
        'as stored',
        `${STATISTICS[what]} brightness of channel ${channel} at full bit depth`,
      ),
    ),
  );
