/** One exported file, from a label map to the disk: the part of an export that a worker thread does. */
import { writeFileAtomic } from '../disk/atomic-file.js';
import { encodeImageJTiff } from '../interop/imagej-tiff.js';
import { connectedComponents } from '../measure/components.js';
import { decodeImage } from '../pixels/decode.js';
import { composeOverlay } from '../pixels/overlay.js';
import { withFooter } from '../pixels/overlay-footer.js';
import { encodeIndexedPng, encodeRgbPng } from '../pixels/png.js';
import type { ExportFormat } from '../shared/app-api.js';
import { AppError } from '../shared/errors.js';
import type { ClassInfo, LabelMap } from '../shared/model.js';
import { rgbOf } from '../shared/palette.js';
import { isBackground } from './background.js';

export interface ExportJob {
  format: ExportFormat;
  labels: LabelMap;
  classes: readonly ClassInfo[];
  pixelSizeUm: number | null;
  /** The image's file and page; only an overlay needs it. */
  image: { path: string; page: number } | null;
  /** Absolute. */
  output: string;
}

/** Objects that 16 bits can count. */
const MOST_OBJECTS = 65_535;

/** @throws AppError('too-large' | 'disk' | 'bad-labels') and what decoding throws. */
export async function runExportJob(job: ExportJob): Promise<void> {
  await writeFileAtomic(job.output, await encoded(job));
}

async function encoded({ format, labels, classes, pixelSizeUm, image }: ExportJob): Promise<Uint8Array> {
  switch (format) {
    case 'indexed-png':
      return encodeIndexedPng({ ...labels, palette: paletteOf(classes) });
    case 'imagej':
      return encodeImageJTiff({ ...labels, pixelSizeUm, palette: paletteOf(classes) });
    case 'instances':
      return encodeImageJTiff({ ...instancesOf(labels, classes), pixelSizeUm });
    case 'overlay': {
      const picture = await decodeImage(image!.path, image!);
      const hidden = classes.filter(isBackground).map(({ value }) => value);
      const shown = classes.filter(({ value }) => !hidden.includes(value) && labels.data.includes(value));
      const overlay = composeOverlay({ image: picture, labels, classes, hidden });
      return encodeRgbPng(withFooter(overlay, { classes: shown, pixelSizeUm }));
    }
  }
}

/** Numbers 1 … n over the connected components of every class but the background. */
function instancesOf(
  labels: LabelMap,
  classes: readonly ClassInfo[],
): { width: number; height: number; data: Uint16Array } {
  const background = classes.filter(isBackground).map(({ value }) => value);
  const { width, height, data, values } = connectedComponents(labels, background);
  if (values.length > MOST_OBJECTS)
    throw new AppError(
      'too-large',
      `It has ${values.length} objects, and files of this format count to ${MOST_OBJECTS}; remove specks first or export the classes.`,
    );
  return { width, height, data: Uint16Array.from(data) };
}

/** Colours by label value; void is black. */
function paletteOf(classes: readonly ClassInfo[]): [number, number, number][] {
  const palette: [number, number, number][] = Array.from({ length: 256 }, () => [0, 0, 0]);
  for (const { value, color } of classes) palette[value] = rgbOf(color);
  return palette;
}
