/** The files that one segmented image becomes. */
import type { Prediction } from '../shared/engine-api.js';
import type { ClassInfo, PixelImage } from '../shared/model.js';
import { rgbOf } from '../shared/palette.js';
import { encodeOverlayPng } from '../pixels/overlay.js';
import { encodeIndexedPng } from '../pixels/png.js';
import type { ResolvedModel } from './models.js';
import { encodeNpy } from './npy.js';
import type { OutputFolder } from './output-folder.js';
import type { SegmentOptions } from './segment-plan.js';

export interface OutputTarget extends SegmentOptions {
  model: ResolvedModel;
  folder: OutputFolder;
  /** Beginning of the outputs' names, relative to the output folder, with `/`. */
  name: string;
}

/** Writes mask, overlay and probabilities as asked; gives their names relative to the output folder. */
export async function writeSegmentOutputs(
  target: OutputTarget,
  image: PixelImage,
  { width, height, labels: data, probabilities }: Prediction,
): Promise<string[]> {
  const { classes } = target.model.file;
  const files: [string, Uint8Array][] = [
    ['mask.png', encodeIndexedPng({ width, height, data, palette: paletteOf(classes) })],
  ];
  if (target.overlay)
    files.push([
      'overlay.png',
      encodeOverlayPng({ image, labels: { width, height, data }, classes, hidden: backgroundOf(classes) }),
    ]);
  if (probabilities)
    files.push(['probabilities.npy', encodeNpy(probabilities, [height, width, classes.length])]);

  const names: string[] = [];
  for (const [kind, bytes] of files) {
    const name = `${target.name}_${kind}`;
    await target.folder.write(name, bytes);
    names.push(name);
  }
  return names;
}

/** Colours by label value; void is black. */
export function paletteOf(classes: readonly ClassInfo[]): [number, number, number][] {
  const palette: [number, number, number][] = Array.from(
    { length: Math.max(0, ...classes.map(({ value }) => value)) + 1 },
    () => [0, 0, 0],
  );
  for (const { value, color } of classes) palette[value] = rgbOf(color);
  return palette;
}

/** Label values of classes that an overlay leaves uncovered, as people name them. */
const backgroundOf = (classes: readonly ClassInfo[]): number[] =>
  classes.filter(({ name }) => /^(background|hintergrund|bg)$/i.test(name)).map(({ value }) => value);

/** Label values of the classes that are named. */
export const keptValues = (classes: readonly ClassInfo[], names: readonly string[]): ReadonlySet<number> =>
  new Set(classes.filter(({ name }) => names.includes(name)).map(({ value }) => value));
