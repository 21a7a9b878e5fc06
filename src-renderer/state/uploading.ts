/** Files dropped on a page that cannot see paths, sent to the core one after the other. */
import { uploadUrl, type DroppedLabels } from '../../src-main/shared/app-urls.js';
import type { FileOutcome, Progress } from '../../src-main/shared/app-api.js';
import { AppError } from '../../src-main/shared/errors.js';
import type { Call } from '../../src-main/shared/rpc.js';
import { strings } from '../strings.js';
import type { ImageSource } from './dialogs.svelte.js';
import { labelNameFor } from './dropped-files.js';

export interface Uploaded {
  /** Of the kept images. */
  paths: string[];
  refused: FileOutcome[];
  /** For `previewLabelImport`. */
  labelPaths: string[];
}

type Dropped = Extract<ImageSource, { files: File[] }>;

interface Kept {
  path: string;
  labelSource?: string;
}

/**
 * What was refused is listed: one text file in a dropped folder must not keep its images out.
 * @throws AppError('disk') when no more can be kept, AppError('stopped') when the signal says so.
 */
export async function uploadDropped(
  session: string,
  { files, labels }: Dropped,
  call: Call<Progress>,
): Promise<Uploaded> {
  const total = labels.reduce((sum, source) => sum + source.files.length, files.length);
  const uploaded: Uploaded = { paths: [], refused: [], labelPaths: [] };
  const renamed = new Map<string, string>();
  let done = 0;
  const send = async (file: File, name: string, of: DroppedLabels | null) => {
    call.onEvent?.({ done: done++, total, name: file.name });
    const kept = await upload(uploadUrl(session, name, of), file, call);
    if ('path' in kept) return kept;
    uploaded.refused.push(kept);
    return null;
  };
  for (const file of files) {
    const kept = await send(file, file.name, null);
    if (!kept) continue;
    uploaded.paths.push(kept.path);
    const [before, after] = [stemOf(file.name), stemOf(kept.path)];
    if (before !== after) renamed.set(before, after);
  }
  for (const source of labels) {
    const of = { kind: source.kind, key: crypto.randomUUID() };
    const sources = new Set<string>();
    for (const file of source.files) {
      const kept = await send(file, labelNameFor(file.name, renamed), of);
      if (kept?.labelSource !== undefined) sources.add(kept.labelSource);
    }
    uploaded.labelPaths.push(...sources);
  }
  return uploaded;
}

async function upload(url: string, file: File, { signal }: Call<Progress>): Promise<Kept | FileOutcome> {
  const answer = await fetch(url, { method: 'POST', body: file, ...(signal ? { signal } : {}) });
  const kept = (await answer.json()) as Partial<Kept> & { sentence?: string };
  if (kept.path !== undefined) return { ...kept, path: kept.path };
  const reason = kept.sentence ?? strings.drop.uploadFailed(file.name);
  if (answer.status >= 500 || answer.status === 404) throw new AppError('disk', reason);
  return { name: file.name, reason };
}

/** The name of a file without its folders and ending. */
const stemOf = (path: string): string => path.replace(/^.*[\\/]/, '').replace(/(?<=.)\.[^.]*$/, '');
