/**
 * Files dropped on a page that cannot see paths: images are kept in the project's `images` folder under a free name, their
 * labels in its cache until the project is closed.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { diskError } from '../../disk/atomic-file.js';
import { IMAGE_ENDINGS } from '../../pixels/decode.js';
import { parseUploadPath } from '../../shared/app-urls.js';
import type { PixelResponse } from '../../shared/core-link.js';
import { AppError, isAppError } from '../../shared/errors.js';
import type { AppServices } from './service.js';

export interface Upload {
  /** Resolves when the part is on disk. After a refusal it does nothing. */
  add(bytes: Uint8Array): Promise<void>;
  /**
   * @returns the answer: `{"path"}` of the kept file, for labels `{"path", "labelSource"}`, or `{"sentence"}`. Never rejects.
   */
  end(): Promise<PixelResponse>;
  /** The sender broke off. */
  drop(): Promise<PixelResponse>;
  /** The answer as soon as nothing more is wanted, null until then. */
  refusal(): PixelResponse | null;
}

/** Larger files are added by their path, from a window that can see paths. */
const MOST_BYTES = 16 * 1024 ** 3;

export function startUpload(services: AppServices, path: string): Upload {
  let refused: PixelResponse | null = null;
  let file: (Place & { handle: FileHandle; temporary: string }) | null = null;
  let written = 0;
  // One thing at a time, in the order in which the parts came.
  let turn = Promise.resolve();

  const discard = async () => {
    const { handle, temporary } = file ?? {};
    file = null;
    await handle?.close().catch(() => undefined);
    if (temporary) await rm(temporary, { force: true }).catch(() => undefined);
  };
  const step = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(async () => {
      if (refused) return;
      try {
        await work();
      } catch (error) {
        refused = refusalOf(error);
        await discard();
      }
    });
    return turn;
  };
  const begin = async () => {
    const place = placeOf(services, path);
    const { folder } = place;
    for (const made of [folder, ...place.beside])
      await mkdir(made, { recursive: true }).catch((error: unknown) => {
        throw diskError(error, made);
      });
    const temporary = join(folder, `.brushfield-${randomBytes(6).toString('hex')}.tmp`);
    file = { ...place, handle: await open(temporary, 'wx'), temporary };
  };
  void step(begin);

  return {
    refusal: () => refused,
    add: (bytes) =>
      step(async () => {
        const { handle, temporary } = file!;
        written += bytes.length;
        if (written > MOST_BYTES)
          throw new AppError(
            'too-large',
            `Files of more than ${MOST_BYTES / 1024 ** 3} GB are not taken here.`,
          );
        for (let at = 0; at < bytes.length;)
          at += (
            await handle.write(bytes, at).catch((error: unknown) => {
              throw diskError(error, temporary);
            })
          ).bytesWritten;
      }),
    async end() {
      let answer: PixelResponse | null = null;
      await step(async () => {
        const { handle, temporary, folder, name, labelSource } = file!;
        await handle.sync();
        await handle.close();
        answer = json(200, {
          path: await moveToFreeName(temporary, folder, name),
          ...(labelSource !== null && { labelSource }),
        });
        file = null;
      });
      return answer ?? refused!;
    },
    async drop() {
      await step(async () => {
        throw new AppError('stopped', 'The upload was stopped.');
      });
      return refused!;
    },
  };
}

interface Place {
  folder: string;
  name: string;
  /** Folders that are made with it. */
  beside: string[];
  /** What `previewLabelImport` takes for all labels of the drop. */
  labelSource: string | null;
}

/** In the project's folder. */
export const DROPPED_LABELS = join('cache', 'dropped-labels');

function placeOf(services: AppServices, path: string): Place {
  const request = parseUploadPath(path);
  const session = request ? services.sessions.get(request.session) : undefined;
  if (!request || !session?.project) throw new AppError('not-found', 'No project is open in this window.');
  session.requireWritable();
  const { name } = request;
  if (!safeName(name)) throw new AppError('usage', 'This is no name of a file; rename it and add it again.');
  if (!IMAGE_ENDINGS.includes(extname(name).toLowerCase()))
    throw new AppError(
      'unsupported-image',
      `"${name}" is no image that can be read (${IMAGE_ENDINGS.join(', ')}).`,
    );
  const project = session.project.project.folder;
  const { labels } = request;
  if (!labels) return { folder: join(project, 'images'), name, beside: [], labelSource: null };
  const drop = join(project, DROPPED_LABELS, labels.key);
  const folder = join(drop, labels.kind);
  // As such a folder is laid out: beside its images, which lie elsewhere here.
  return labels.kind === 'labels'
    ? { folder, name, beside: [join(drop, 'images')], labelSource: drop }
    : { folder, name, beside: [], labelSource: folder };
}

/** One name in one folder, on any system: no separators, no hidden files, no devices of Windows. */
const safeName = (name: string): boolean =>
  name.length > 0 &&
  Buffer.byteLength(name) <= 240 &&
  !/[/\\:\p{Cc}]/u.test(name) &&
  !name.startsWith('.') &&
  !/[. ]$/.test(name) &&
  !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name);

/** `cell.png`, `cell (2).png` …; nothing that is there is replaced. */
async function moveToFreeName(temporary: string, folder: string, name: string): Promise<string> {
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${stem} (${n})${ending}`);
    try {
      // Fails where the name is taken, also by somebody who took it just now.
      await link(temporary, path);
      await rm(temporary);
      return path;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (await stat(path).catch(() => null)) continue;
      // A disk without hard links.
      await rename(temporary, path);
      return path;
    }
  }
}

function refusalOf(error: unknown): PixelResponse {
  if (!isAppError(error)) return json(500, { sentence: 'The file could not be kept; try again.' });
  const status = { 'not-found': 404, stopped: 499, disk: 507 }[error.code as string] ?? 400;
  return json(status, { sentence: error.message });
}

const json = (status: number, body: object): PixelResponse => ({
  status,
  type: 'application/json',
  bytes: new TextEncoder().encode(JSON.stringify(body)),
});
