/** What there is to compute, plane by plane: files are looked at and decoded while the engine has the one before. */
import type { Brightness } from '../shared/brightness-sum.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { brightnessDifferences, brightnessOf } from './brightness.js';
import type { DecoderPool } from './decoding.js';
import type { ManifestFile } from './manifest.js';
import type { ResolvedModel } from './models.js';
import { differencesFrom, type SeenImages } from './passport.js';
import { goesInParts, requireWholeFits } from './segment-memory.js';
import type { SegmentJob, SegmentOptions } from './segment-plan.js';
import type { WatchedJob } from './segment-watch.js';

/** One plane to compute, whole or (`image` null) in parts, or why a file has none. */
export type Unit = SegmentJob & { startedMs: number } & (
    { info: ImageInfo; image: PixelImage | null; page: number; pages: number } | { error: Error }
  );

const WITHOUT_OVERLAY = 'without --overlay it is segmented in parts';

/** @returns null where `jobs` has null: nothing is to be done just now */
export async function* unitsOf(
  jobs: Iterable<WatchedJob> | AsyncIterable<WatchedJob | null>,
  model: ResolvedModel,
  {
    decoder,
    signal,
    options,
  }: { decoder: DecoderPool; signal: AbortSignal | undefined; options: SegmentOptions },
): AsyncGenerator<Unit | null> {
  for await (const job of jobs) {
    if (signal?.aborted) return;
    if (!job) {
      yield null;
      continue;
    }
    const startedMs = performance.now();
    try {
      if (job.refused) throw job.refused;
      const info = await decoder.info(job.input.path);
      job.entry.sha256 = await decoder.hash(job.input.path);
      if (model.passport) job.entry.warnings = differencesFrom(model.passport.seen, info);
      const inParts = goesInParts(info, model.file, options);
      if (!inParts) requireWholeFits(info, model.file, { ...options, remedy: WITHOUT_OVERLAY });
      for (let page = 0; page < info.pages; page++) {
        const image = inParts ? null : await decoder.decode(job.input.path, page);
        if (image && model.passport)
          noteBrightness(job.entry, model.passport.seen, image.type, brightnessOf(image));
        yield { ...job, startedMs, info, image, page, pages: info.pages };
      }
    } catch (error) {
      yield { ...job, startedMs, error: error as Error };
    }
  }
}

/** Once for all pages; of another type than the training images only that is said. */
export function noteBrightness(
  entry: ManifestFile,
  { types, brightness: seen }: SeenImages,
  type: PixelImage['type'],
  own: Brightness | null,
): void {
  if (!seen || !own || types.length !== 1 || types[0] !== type) return;
  for (const text of brightnessDifferences(seen, own)) noteWarning(entry, text);
}

/** Once for all pages. */
export function noteWarning({ warnings }: ManifestFile, text: string): void {
  if (!warnings.includes(text)) warnings.push(text);
}
