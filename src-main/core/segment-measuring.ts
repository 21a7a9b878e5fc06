/** Measures what is segmented, while it is; images of an earlier run from their masks. */
import { basename, join } from 'node:path';
import type { PredictedRows } from '../shared/engine-api.js';
import { messageOf } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import type { DecoderPool } from './decoding.js';
import type { InputFile } from './input-files.js';
import type { ManifestFile } from './manifest.js';
import { colourChannels, loadMeasured, measureLoaded, measureWhole } from './measured-file.js';
import { MeasuredStream } from './measured-stream.js';
import { namesOfClasses, type ClassNames } from './measurement-files.js';
import type { ResolvedModel } from './models.js';
import type { OutputFolder } from './output-folder.js';
import { SegmentTables, type WrittenTables } from './segment-tables.js';

/** A page of an input and the mask that it gets. */
export interface MeasuredPage {
  input: InputFile;
  page: number;
  /** Its name in the folder of results. */
  mask: string;
  info: Pick<ImageInfo, 'pixelSizeUm'>;
}

export class SegmentMeasuring {
  private readonly classes: ClassNames;
  private readonly tables: SegmentTables;
  /** Files of an earlier run that are in the tables, or cannot be. */
  private readonly earlier = new Set<ManifestFile>();

  constructor(
    model: ResolvedModel,
    private readonly folder: OutputFolder,
    /** The table of objects, in that folder. */
    path: string,
  ) {
    this.classes = namesOfClasses(model.file.classes);
    this.tables = new SegmentTables(folder, basename(path));
  }

  /** @param labels as they are in the mask, [height · width] */
  add(page: MeasuredPage, labels: Uint8Array, image: PixelImage): void {
    const { width, height } = image;
    const plane = { ...this.placeOf(page), width, height };
    const rows = measureWhole(
      plane,
      { labels: { width, height, data: labels }, image },
      { classes: this.classes },
    );
    this.tables.add(page.mask, rows, colourChannels(image));
  }

  /** The same from rows of labels that come while they are computed; the image is read again beside them. */
  async addRows(page: MeasuredPage, parts: AsyncIterable<PredictedRows>, pool: DecoderPool): Promise<void> {
    let stream: MeasuredStream | null = null;
    let channels = 0;
    for await (const { y, rows, width, height, labels } of parts) {
      const image = await pool.region(page.input.path, page.page, { x: 0, y, width, height: rows });
      channels = colourChannels(image);
      stream ??= new MeasuredStream({ ...this.placeOf(page), width, height }, this.classes, channels);
      stream.add(labels, image);
    }
    if (stream) this.tables.add(page.mask, stream.finish(), channels);
  }

  /** Both tables as they are now, with files of an earlier run; `warn` is told which of these could not be measured. */
  async writeAll(
    earlier: readonly { input: InputFile; entry: ManifestFile }[],
    pool: DecoderPool,
    warn: (text: string) => void,
  ): Promise<WrittenTables> {
    for (const { input, entry } of earlier) {
      if (this.earlier.has(entry)) continue;
      this.earlier.add(entry);
      const reason = await this.addEarlier(input, entry, pool);
      if (reason !== null) warn(`${entry.input} was not measured: ${reason}`);
    }
    return this.tables.write();
  }

  /** From its masks. @returns why it could not be, or null. */
  private async addEarlier(input: InputFile, entry: ManifestFile, pool: DecoderPool): Promise<string | null> {
    const masks = entry.outputs.filter((name) => name.endsWith('_mask.png'));
    try {
      for (const [page, mask] of masks.entries()) {
        const file = {
          name: input.relative,
          labels: join(this.folder.path, mask),
          image: { path: input.path, page },
        };
        const loaded = await loadMeasured(pool, file, {});
        const rows = await measureLoaded({ file, loaded }, this.classes, { pool, options: {} });
        const { image } = loaded;
        this.tables.add(mask, rows, colourChannels(image && 'header' in image ? image.header : image));
      }
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** What was measured of a mask does not count: it is made again. */
  forget(mask: string): void {
    this.tables.remove(mask);
  }

  close(): void {
    this.tables.close();
  }

  private placeOf({ input, page, info }: MeasuredPage) {
    return { image: input.relative, page: page + 1, pixelSizeUm: info.pixelSizeUm };
  }
}
