/** What another program must know to use a model as Brushfield does, in words and numbers; explained in docs/onnx.md. */
import type { ModelFile } from '../../shared/engine-api.js';
import type { SegmentationModel } from './segmentation-model.js';

type Intensity = ModelFile['input']['intensity'];

/** By name, as ONNX' `metadata_props` hold it: texts. */
export function metadataOf({
  name,
  file,
  graph,
  sha256,
  version,
}: SegmentationModel): Record<string, string> {
  const { input, scaleMode, size } = file;
  return {
    brushfieldVersion: version,
    run: name,
    network: file.network,
    sha256,
    classes: JSON.stringify(
      file.classes.map(({ value, name: title, color }) => ({ value, name: title, color })),
    ),
    channels: input.channels,
    channelCount: `${input.count}`,
    channelMeaning: CHANNELS[input.channels],
    intensity: input.intensity,
    intensityFormula: FORMULAS[input.intensity],
    scaleMode,
    scaleMeaning: scaleMode === 'native' ? NATIVE : letterbox(size, input.intensity),
    ...(scaleMode === 'letterbox' && { size: `${size}` }),
    multipleOf: `${graph.multipleOf}`,
    // A square is computed as it is.
    margin: `${scaleMode === 'letterbox' ? 0 : graph.margin}`,
    halo: `${graph.haloPx}`,
  };
}

const CHANNELS: Record<ModelFile['input']['channels'], string> = {
  grey: 'Alpha is left out; grey is the mean of the colour channels.',
  rgb: 'Alpha is left out; the channel of a grey image is repeated.',
  all: 'Alpha is left out; the channels of the image in their order.',
};

const between = (low: number, high: number, limit: number) =>
  `p0 and p1 are the ${low} and ${high} % percentiles of a channel over the whole image (linear interpolation), ` +
  `half = max((p1 − p0) / 2, floor), x = (v − p0 − half) / half, clipped to −${limit} … ${limit}`;

const FLOOR = 'floor is 2 for 8-bit images, else (max − min) / 128, or 1 where all are the same';

const FORMULAS: Record<Intensity, string> = {
  'minus-one-to-one': `8-bit images: x = v / 127.5 − 1; others: ${between(0.35, 99.65, 1)}; floor is (max − min) / 128, or 1 where all are the same.`,
  'z-score':
    'x = (v − mean) / max(deviation, floor) of a channel over the whole image; floor is 4 for 8-bit images, else (max − min) / 64, or 1 where all are the same.',
  percentile: `${between(1, 99.8, 2)}; ${FLOOR}.`,
};

const NATIVE =
  'Pixels as they are, with `margin` mirrored pixels all round (without repeating the edge pixel), then more of them on the ' +
  'right and below up to a multiple of `multipleOf`; tiles start at multiples of it and need `halo` pixels around them.';

const letterbox = (size: number, intensity: Intensity) =>
  `The mapped image is resampled (bicubic, as Pillow) to fit into ${size} × ${size} px, centred, with ` +
  `${intensity === 'minus-one-to-one' ? '128 / 127.5 − 1' : '0'} around it; probabilities are resampled back (bilinear, pixel centres aligned).`;
