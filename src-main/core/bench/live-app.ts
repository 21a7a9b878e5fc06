/** Stroke by stroke through the program's own core and engine, as a window asks them; part of `brushfield bench live`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeGreyPng, encodeRgbPng } from '../../pixels/png.js';
import { tilesOf } from '../../shared/mask.js';
import type { LabelMap } from '../../shared/model.js';
import { packTile } from '../../store/tile-runs.js';
import { createAppService } from '../app/service.js';
import type { BenchImage } from './live-images.js';
import { paintedStrokes } from './live-strokes.js';

export interface LiveAppFigures {
  /** Start of the engine, decoding, features, first fit and suggestion, s. */
  coldS: number;
  /** The same of another image in a program that is at work already, s. */
  newImageS: number;
  /** From a stroke that is saved to the last tile of its suggestion: median and what 95 % do not exceed, s. */
  medianS: number;
  mostS: number;
}

/** Enough for a first suggestion. */
const FIRST_STROKES = 6;

export interface LiveAppOptions {
  /** 1 or 3 channels. The other image is this one turned round. */
  image: BenchImage;
  classes: number;
  strokes: number;
  /** An empty folder. */
  scratch: string;
  /** Called after each stroke with the seconds it took. */
  onStroke?: (seconds: number) => void;
  signal?: AbortSignal | undefined;
}

/** @throws AppError('set-up') without a built program, 'stopped'. */
export async function benchLiveApp({
  image,
  classes,
  strokes,
  scratch,
  onStroke,
  signal,
}: LiveAppOptions): Promise<LiveAppFigures> {
  const service = createAppService({
    ...{ host: 'web', userFolder: join(scratch, 'user'), documentsFolder: scratch },
  });
  try {
    const { api } = service.createSession();
    await api.createProject({
      folder: join(scratch, 'live.brushfield'),
      classes: Array.from({ length: classes }, (_, n) => `class ${n + 1}`),
    });
    const samples = new Uint8Array(await readFile(image.pixels));
    const views = [
      { ...image, data: samples, truth: image.truth },
      {
        ...image,
        data: turned(samples, image.channels),
        truth: { ...image.truth, data: turned(image.truth.data, 1) },
      },
    ];
    const paths = await Promise.all(views.map((view, n) => pngOf(view, join(scratch, `${n}.png`))));
    const { ids } = await api.addImages({ paths });
    const versions = new Map<number, number>();
    /** The first `count` strokes of an image. @returns seconds until all of it is suggested. */
    const paint = async (at: number, count: number): Promise<number> => {
      const imageId = ids[at]!;
      const labels = paintedStrokes([views[at]!.truth], { strokes: count, classes, seed: 1 + at })[0]!;
      const started = performance.now();
      const { version } = await api.saveEdit({
        ...{ imageId, title: 'Brush', author: 'person', tiles: storedTiles(labels) },
        baseVersion: versions.get(imageId) ?? 0,
      });
      versions.set(imageId, version);
      const tiles = tilesOf(labels.width, labels.height).map(({ x, y }) => ({ x, y }));
      await api.liveSuggest({ imageId, tiles }, signal ? { signal } : {});
      return (performance.now() - started) / 1000;
    };
    const coldS = await paint(0, FIRST_STROKES);
    const newImageS = await paint(1, FIRST_STROKES);
    const seconds: number[] = [];
    for (let stroke = FIRST_STROKES + 1; stroke <= strokes; stroke++) {
      seconds.push(await paint(0, stroke));
      onStroke?.(seconds.at(-1)!);
    }
    seconds.sort((a, b) => a - b);
    const at = (share: number) => seconds[Math.min(seconds.length - 1, Math.floor(share * seconds.length))]!;
    return { coldS, newImageS, medianS: at(0.5), mostS: at(0.95) };
  } finally {
    await service.close();
  }
}

type View = Pick<BenchImage, 'width' | 'height' | 'channels'> & { data: Uint8Array };

async function pngOf({ width, height, channels, data }: View, path: string): Promise<string> {
  const picture = { width, height, data };
  await writeFile(path, channels === 1 ? encodeGreyPng(picture) : encodeRgbPng(picture));
  return path;
}

/** By half a turn, so that nothing of it is known already. */
function turned(values: Uint8Array, channels: number): Uint8Array {
  const pixels = values.length / channels;
  return Uint8Array.from(values, (_, at) => {
    const pixel = pixels - 1 - Math.floor(at / channels);
    return values[pixel * channels + (at % channels)]!;
  });
}

const storedTiles = ({ width, height, data }: LabelMap) =>
  tilesOf(width, height).flatMap((rect) => {
    const values = new Uint8Array(rect.width * rect.height);
    for (let row = 0; row < rect.height; row++) {
      const from = (rect.y + row) * width + rect.x;
      values.set(data.subarray(from, from + rect.width), row * rect.width);
    }
    return values.some(Boolean) ? [{ ty: rect.ty, tx: rect.tx, bytes: packTile(values) }] : [];
  });
