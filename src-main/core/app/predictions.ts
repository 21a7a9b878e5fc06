/** Predictions of a project's images: from the cache where they still hold, or computed by the shared engine and kept. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { PartRect, PredictedPart, PredictionInfo } from '../../shared/app-api-predictions.js';
import { RUN_FILES } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { ClassInfo, PixelImage } from '../../shared/model.js';
import { writeFileAtomic } from '../../disk/atomic-file.js';
import { listClasses } from '../../store/classes.js';
import { imageById, type ImageRow } from '../../store/images.js';
import { forgetPrediction, predictionRow, rememberPrediction } from '../../store/predictions.js';
import { runById } from '../../store/runs.js';
import { requireUnchanged } from '../images.js';
import { resolveModel, type ResolvedModel } from '../models.js';
import { encodePrediction, PredictionFile } from '../prediction-file.js';
import { requireWholeFits } from '../segment-memory.js';
import type { OpenProject } from './open-project.js';
import type { AppServices } from './service.js';

type Services = Pick<AppServices, 'engine' | 'pool'>;

const IN_PARTS = 'the command "brushfield segment" computes such images in parts';

/** Characters of the hash that stand in names and addresses. */
const KEY_LENGTH = 24;
/** Of one decoded image. */
const MOST_HELD_BYTES = 256e6;
const HELD_MS = 20_000;

interface Place {
  image: ImageRow;
  run: number;
  model: ResolvedModel;
  /** Hex SHA-256. */
  sha256: string;
  path: string;
}

export class Predictions {
  /** Models by their folder, as long as their weights are the same file. */
  private readonly models = new Map<string, { stamp: string; model: Promise<ResolvedModel> }>();
  /** One after the other for each image and run: who comes second finds it done. */
  private readonly turns = new Map<string, Promise<unknown>>();

  private held: { key: string; pixels: PixelImage; timer: NodeJS.Timeout } | null = null;

  constructor(private readonly services: Services) {}

  /** @throws AppError('bad-model') for a run without weights; 'not-found', 'changed', 'stopped'. */
  async predict(
    open: OpenProject,
    { imageId, run }: { imageId: number; run: number },
    signal?: AbortSignal,
  ): Promise<PredictionInfo> {
    const key = `${open.key}:${imageId}:${run}`;
    const before = this.turns.get(key);
    const own = (async () => {
      await before?.catch(() => undefined);
      const place = await this.place(open, imageId, run);
      return (await this.info(place)) ?? (await this.compute(open, place, signal));
    })();
    this.turns.set(key, own);
    try {
      return await own;
    } finally {
      if (this.turns.get(key) === own) this.turns.delete(key);
    }
  }

  /** A part of an image, computed anew. @throws AppError as `predict`, 'usage' for a part that is not inside the image. */
  async part(
    open: OpenProject,
    { imageId, run, rect }: { imageId: number; run: number; rect: PartRect },
    signal?: AbortSignal,
  ): Promise<PredictedPart> {
    const { image, model } = await this.place(open, imageId, run);
    if (rect.x + rect.width > image.width || rect.y + rect.height > image.height)
      throw new AppError(
        'usage',
        `This part lies outside ${image.name}, which is ${image.width} × ${image.height} px.`,
      );
    const pixels = await this.decoded(open, image, signal);
    const { labels, confidence } = await this.services.engine.use(({ api }) =>
      api.predict({ model: model.folder, image: pixels, region: rect }, signal ? { signal } : {}),
    );
    if (signal?.aborted) throw new AppError('stopped', `Predicting ${image.name} was stopped.`);
    const table = valueTable(model.file.classes, listClasses(open.project.store));
    return { ...rect, labels: labels.map((value) => table[value]!), confidence };
  }

  /** While somebody pans over an image its pixels are kept, since decoding takes longer than a part takes to predict. */
  private async decoded(open: OpenProject, image: ImageRow, signal?: AbortSignal): Promise<PixelImage> {
    const key = `${image.sha256}-${image.page}`;
    clearTimeout(this.held?.timer);
    const source = requireUnchanged(await open.locate(image.id));
    const pixels =
      this.held?.key === key
        ? this.held.pixels
        : await this.services.pool.decode(source, image.page, { signal, priority: 'soon' });
    const timer = setTimeout(() => (this.held = null), HELD_MS).unref();
    this.held = pixels.data.byteLength <= MOST_HELD_BYTES ? { key, pixels, timer } : null;
    return pixels;
  }

  /** What is there and still holds. One that does not is dropped. */
  async find(open: OpenProject, imageId: number, run: number): Promise<PredictionInfo | null> {
    const { store } = open.project;
    const row = predictionRow(store, imageId, run);
    const place = row && (await this.place(open, imageId, run).catch(() => null));
    const info = place?.sha256 === row?.sha256 && place ? await this.info(place) : null;
    if (row && !info && store.access === 'write') forgetPrediction(store, imageId, run);
    return info;
  }

  /** Of a prediction that is there; close it. @throws AppError('not-found') */
  async file(open: OpenProject, imageId: number, run: number): Promise<PredictionFile> {
    const place = await this.place(open, imageId, run);
    const file = await PredictionFile.open(place.path);
    if (!file)
      throw new AppError('not-found', `${place.image.name} has not been predicted by this model yet.`);
    return file;
  }

  private async compute(
    open: OpenProject,
    { image, run, model, sha256, path }: Place,
    signal: AbortSignal | undefined,
  ): Promise<PredictionInfo> {
    const { pool, engine } = this.services;
    const source = requireUnchanged(await open.locate(image.id));
    requireWholeFits(image, model.file, { remedy: IN_PARTS });
    const pixels = await pool.decode(source, image.page, { signal, priority: 'soon' });
    const prediction = await engine.use(({ api }) =>
      api.predict({ model: model.folder, image: pixels, entropy: true }, signal ? { signal } : {}),
    );
    if (signal?.aborted) throw new AppError('stopped', `Predicting ${image.name} was stopped.`);
    const { store } = open.project;
    const table = valueTable(model.file.classes, listClasses(store));
    const { labels } = prediction;
    for (let i = 0; i < labels.length; i++) labels[i] = table[labels[i]!]!;
    const entropy = prediction.entropy!;
    await writeFileAtomic(path, await encodePrediction({ ...prediction, entropy }));
    open.predictions.grown();
    if (store.access === 'write') rememberPrediction(store, { imageId: image.id, runId: run, sha256 });
    return (await this.info({ image, run, model, sha256, path }))!;
  }

  private async info({ image, run, sha256, path }: Place): Promise<PredictionInfo | null> {
    const file = await PredictionFile.open(path);
    if (!file) return null;
    const { width, height, levels, classes } = file.header;
    await file.close();
    return { imageId: image.id, run, width, height, levels, key: sha256.slice(0, KEY_LENGTH), classes };
  }

  private async place(open: OpenProject, imageId: number, run: number): Promise<Place> {
    const { store } = open.project;
    const image = imageById(store, imageId);
    const model = await this.model(join(open.project.folder, runById(store, run).folder));
    const table = valueTable(model.file.classes, listClasses(store));
    const sha256 = createHash('sha256')
      .update([model.sha256, image.sha256, image.page, table.join()].join('\n'))
      .digest('hex');
    const path = open.predictions.pathOf(`${sha256.slice(0, KEY_LENGTH)}.bfp`);
    return { image, run, model, sha256, path };
  }

  /** Hashed once as long as its weights are not written anew. */
  private model(folder: string): Promise<ResolvedModel> {
    const stats = statSync(join(folder, RUN_FILES.best), { throwIfNoEntry: false });
    const stamp = `${stats?.ino} ${stats?.mtimeMs}`;
    const known = this.models.get(folder);
    if (known?.stamp === stamp) return known.model;
    const model = resolveModel(folder);
    model.catch(() => this.models.delete(folder));
    this.models.set(folder, { stamp, model });
    return model;
  }
}

/**
 * What the label values of a model are in the project now, 256 of them: classes may have been renamed, moved or removed
 * since it was trained. 0 for a class that is gone.
 */
export function valueTable(ofModel: readonly ClassInfo[], now: readonly ClassInfo[]): Uint8Array {
  const table = new Uint8Array(256);
  const known = new Set(ofModel.map(({ name }) => name));
  for (const { value, name } of ofModel) {
    const same = now.find((info) => info.name === name);
    // A class in its place that the model knows nothing of is the same one under a new name.
    const renamed = now.find((info) => info.value === value && !known.has(info.name));
    table[value] = (same ?? renamed)?.value ?? 0;
  }
  return table;
}
