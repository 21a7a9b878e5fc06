/** Answers for the addresses of `app-urls.ts`: raw tiles and thumbnails. */
import { parsePixelRequest, type PixelRequest, type PredictionRequest } from '../../shared/app-urls.js';
import type { PixelResponse } from '../../shared/core-link.js';
import { isAppError, type AppError } from '../../shared/errors.js';
import type { LabelMap } from '../../shared/model.js';
import { listClasses } from '../../store/classes.js';
import { imageById, type ImageRow } from '../../store/images.js';
import { maskOverview, overviewLevels } from '../../store/overviews.js';
import { visitRuns } from '../../store/tile-runs.js';
import { isBackground } from '../background.js';
import type { OpenProject } from './open-project.js';
import { batchPicture } from './batch-pictures.js';
import type { AppServices } from './service.js';
import type { Session } from './session.js';
import { labelledThumbnail, plainThumbnail } from './thumbnails.js';

/** Never rejects: what is wrong becomes a status and a sentence. */
export async function answerPixels(
  services: AppServices,
  path: string,
  signal?: AbortSignal,
): Promise<PixelResponse> {
  const wanted = parsePixelRequest(path);
  const session = wanted ? services.sessions.get(wanted.session) : undefined;
  if (!wanted || !session?.project) return sentence(404, 'There are no such pixels.');
  try {
    switch (wanted.kind) {
      case 'pixels':
        return await tile(session, session.project, wanted, signal);
      case 'thumbnail':
        return await thumbnail(session, session.project, wanted, signal);
      case 'prediction':
        return await predictedTile(session, session.project, wanted);
      case 'preview':
        return bytesOrNothingYet(session.services.trainings.preview(session.project, wanted.run));
      case 'batch':
        return {
          status: 200,
          type: 'image/png',
          bytes: await batchPicture(session.services.pool, session.project, { ...wanted, signal }),
        };
    }
  } catch (error) {
    // Whoever asked is gone, or the project was closed under what it asked for.
    if (signal?.aborted || session.closed.aborted || !services.sessions.has(wanted.session))
      return sentence(499, 'Nobody waits for these pixels any more.');
    if (!isAppError(error)) return sentence(500, 'These pixels could not be read.');
    return sentence(statusOf(error), error.message);
  }
}

async function tile(
  session: Session,
  open: OpenProject,
  wanted: PixelRequest & { kind: 'pixels' },
  signal: AbortSignal | undefined,
): Promise<PixelResponse> {
  const image = imageById(open.project.store, wanted.imageId);
  const request = session.request(image.id, signal);
  try {
    const { planes } = session.services;
    const bytes = await planes.tile(open.planeOf(image), wanted, { signal: request.signal });
    if (!bytes) return sentence(404, 'There is no such tile.');
    return { status: 200, type: 'application/octet-stream', bytes };
  } finally {
    request.end();
  }
}

async function predictedTile(
  { services }: Session,
  open: OpenProject,
  { imageId, run, level, ty, tx }: PredictionRequest,
): Promise<PixelResponse> {
  const file = await services.predictions.file(open, imageId, run);
  try {
    return bytesOrNone(await file.tile(level, ty, tx));
  } finally {
    await file.close();
  }
}

const bytesOrNone = (bytes: Uint8Array | null): PixelResponse =>
  bytes
    ? { status: 200, type: 'application/octet-stream', bytes }
    : sentence(404, 'There is no such prediction.');

/** A training that has predicted nothing yet is no failure. */
const bytesOrNothingYet = (bytes: Uint8Array | null): PixelResponse =>
  bytes ? bytesOrNone(bytes) : { ...sentence(204, ''), bytes: new Uint8Array(0) };

async function thumbnail(
  session: Session,
  open: OpenProject,
  wanted: PixelRequest & { kind: 'thumbnail' },
  signal: AbortSignal | undefined,
): Promise<PixelResponse> {
  const image = imageById(open.project.store, wanted.imageId);
  const abort = signal ? AbortSignal.any([signal, session.closed]) : session.closed;
  const plain = await plainThumbnail(
    session.services.pool,
    { sha256: image.sha256, page: image.page, path: () => open.pathNow(image), cache: open.thumbnails },
    // Behind the image that somebody waits for.
    { signal: abort, priority: 'soon' },
  );
  const labels = wanted.labels ? await smallLabels(open, image, abort) : null;
  const classes = listClasses(open.project.store).filter((info) => !isBackground(info));
  const bytes = labels ? labelledThumbnail(plain, labels, classes) : plain;
  return { status: 200, type: 'image/png', bytes };
}

/** A label map of so many pixels is reduced within a few milliseconds. */
const LARGE_PX = 4e6;

/** The label map reduced to one tile; null where nothing is labelled. */
async function smallLabels(
  open: OpenProject,
  { id, width, height }: ImageRow,
  signal: AbortSignal,
): Promise<LabelMap | null> {
  if (width * height > LARGE_PX) await open.calm(signal);
  const level = overviewLevels(width, height) - 1;
  const size = { width: Math.ceil(width / 2 ** level), height: Math.ceil(height / 2 ** level) };
  const { tiles } = await maskOverview(
    open.project.store,
    id,
    level,
    { ty0: 0, ty1: 0, tx0: 0, tx1: 0 },
    signal,
  );
  const [only] = tiles;
  if (!only) return null;
  const data = new Uint8Array(size.width * size.height);
  visitRuns(only.bytes, data.length, (value, start, end) => data.fill(value, start, end));
  return { ...size, data };
}

function statusOf({ code }: AppError): number {
  if (code === 'stopped') return 499;
  if (code === 'not-found') return 404;
  return code === 'changed' ? 410 : 500;
}

const sentence = (status: number, text: string): PixelResponse => ({
  status,
  type: 'text/plain; charset=utf-8',
  bytes: new TextEncoder().encode(text),
});
