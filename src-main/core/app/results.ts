/** What one window has measured: the thread that holds it, and which image each row came from. */
import { dirname } from 'node:path';
import type { FileOutcome, Progress } from '../../shared/app-api.js';
import type { ResultPlace, ResultsInfo, ResultsSource, ResultTable } from '../../shared/app-api-results.js';
import { AppError, isAppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { batchById, batchFiles } from '../../store/batches.js';
import { listClasses } from '../../store/classes.js';
import { imageByContent, listImages } from '../../store/images.js';
import { hasLabels, labelCounts } from '../../store/masks.js';
import { readLabelMap } from '../label-map.js';
import { readManifest } from '../manifest.js';
import { JobThread } from '../job-thread.js';
import type { MeasuredImage, ResultsJob, ResultsReplies } from '../results-job.js';
import type { OpenProject } from './open-project.js';

interface Source {
  imageId: number | null;
  sha256: string | null;
  path: string;
  page: number;
  name: string;
  /** Read when its turn comes. */
  measured: () => Promise<Omit<MeasuredImage, 'place'>>;
}

type Thread = JobThread<ResultsJob, ResultsReplies[ResultsJob['kind']]>;

export class Results {
  private thread: Thread | null = null;
  private sources: Source[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws AppError('not-found' | 'too-large' | 'stopped'); then what was measured before stays. */
  async measure(
    open: OpenProject,
    source: ResultsSource,
    { signal, onEvent }: Call<Progress> = {},
  ): Promise<ResultsInfo> {
    const sources = source.kind === 'project' ? labelledImages(open) : await masksOf(open, source.batch);
    const thread: Thread = new JobThread({ entry: 'results-worker', what: 'Measuring' });
    const left: FileOutcome[] = [];
    let withoutPixelSize = 0;
    const requireGoingOn = () => {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped; what was measured before stays.');
    };
    try {
      for (const [place, { name, measured }] of sources.entries()) {
        requireGoingOn();
        onEvent?.({ done: place, total: sources.length, name });
        try {
          const job: ResultsJob = { kind: 'add', measured: { ...(await measured()), place } };
          const added = (await thread.run(job)) as ResultsReplies['add'];
          if (added.withoutPixelSize) withoutPixelSize++;
        } catch (error) {
          if (!isAppError(error) || ['too-large', 'stopped'].includes(error.code)) throw error;
          left.push({ name, reason: error.message });
        }
      }
      requireGoingOn();
      const info = (await thread.run({ kind: 'info' })) as ResultsReplies['info'];
      const { objects, images } = info.tables;
      await this.close();
      this.thread = thread;
      this.sources = sources;
      return {
        tables: {
          objects: { ...objects, columns: [...objects.columns] },
          images: { ...images, columns: [...images.columns] },
        },
        classes: info.classes,
        withoutPixelSize,
        left,
      };
    } finally {
      if (this.thread !== thread) await thread.close();
    }
  }

  /** One question at a time. @throws AppError('usage') before anything was measured */
  ask<K extends Exclude<ResultsJob['kind'], 'add' | 'info'>>(
    job: ResultsJob & { kind: K },
  ): Promise<ResultsReplies[K]> {
    const { thread } = this;
    if (!thread) throw new AppError('usage', 'Nothing was measured yet; measure first.');
    const answer = this.turn.then(() => thread.run(job) as Promise<ResultsReplies[K]>);
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  async placeOf(open: OpenProject, given: { table: ResultTable; row: number }): Promise<ResultPlace> {
    const { place, bbox } = await this.ask({ kind: 'place', ...given });
    const { imageId, sha256, path, page, name } = this.sources[place]!;
    const known = imageId ?? (sha256 === null ? null : imageByContent(open.project.store, sha256, page));
    const rect = bbox && {
      x: bbox[1],
      y: bbox[0],
      width: bbox[3] - bbox[1],
      height: bbox[2] - bbox[0],
    };
    return { imageId: known, name, path, rect };
  }

  async close(): Promise<void> {
    await this.turn;
    await this.thread?.close();
    this.thread = null;
    this.sources = [];
  }
}

/** @throws AppError('not-found') */
function labelledImages(open: OpenProject): Source[] {
  const { store } = open.project;
  const classes = listClasses(store);
  const counts = labelCounts(store);
  const images = listImages(store).filter(({ id }) => hasLabels(counts.get(id)));
  if (images.length === 0)
    throw new AppError('not-found', 'No image has labels yet; paint or accept some, or choose a batch.');
  return images.map((image) => ({
    ...{ imageId: image.id, sha256: image.sha256, path: image.absolutePath },
    ...{ page: image.page, name: image.name },
    measured: async () => ({
      ...{ name: image.name, group: image.group, folder: dirname(image.relativePath), classes },
      image: { path: await open.pathNow(image), page: image.page },
      labels: { map: await readLabelMap(store, image) },
    }),
  }));
}

const MASKS_AT_ONCE = 500;

/** @throws AppError('not-found') */
async function masksOf(open: OpenProject, id: number): Promise<Source[]> {
  const { store } = open.project;
  const batch = batchById(store, id);
  const manifest = await readManifest(batch.output);
  const classes = manifest?.model.classes ?? listClasses(store);
  const sources: Source[] = [];
  for (let first = 0; ; first += MASKS_AT_ONCE) {
    const { files } = batchFiles(store, id, { state: 'done', first, count: MASKS_AT_ONCE });
    for (const { path, input, masks, sha256 } of files)
      for (const [page, labels] of masks.entries())
        sources.push({
          ...{ imageId: null, sha256, path, page, name: input },
          measured: () =>
            Promise.resolve({
              ...{ name: input, group: '', folder: dirname(input), classes },
              image: { path, page },
              labels: { path: labels },
            }),
        });
    if (files.length < MASKS_AT_ONCE) break;
  }
  if (sources.length === 0)
    throw new AppError('not-found', 'This batch has no masks yet; wait for its first images.');
  return sources;
}
