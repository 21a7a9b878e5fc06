/** Joins the manifests and tables of shards to those that one run over all inputs would have written. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writePiecesAtomic } from '../disk/atomic-file.js';
import { AppError } from '../shared/errors.js';
import { MANIFEST_FILE, manifestPieces, readManifest, type Manifest } from './manifest.js';
import { cell, objectHeader } from './measurement-table.js';
import { imageTablePath } from './measurement-files.js';
import { requireFree } from './measurements.js';
import { comparePaths, tablePath } from './segment-tables.js';
import { shardManifest, shardName, shardsIn, type Shard } from './shards.js';
import { keyOf, recordsOf, widened } from './table-records.js';

export interface MergeResult {
  output: string;
  manifest: string;
  /** Null where the shards have none. */
  measurements: { output: string; images: string; objects: number } | null;
  shards: number;
  done: number;
  failed: { input: string; error: string }[];
}

type ShardRun = Manifest & { shard: NonNullable<Manifest['shard']> };

/** A page that has a mask, and the shard that made it. */
interface Place {
  key: string;
  mask: string;
  shard: number;
}

/**
 * The shards' own files stay.
 * @throws AppError('not-found') for shards that are missing, 'usage' for those that are not of one run or have not ended, 'exists'
 * for results that are there, 'disk'.
 */
export async function mergeShards(
  folder: string,
  { overwrite = false }: { overwrite?: boolean } = {},
): Promise<MergeResult> {
  const output = resolve(folder);
  const runs = await readShards(output);
  const count = runs.length;
  const { shard: _, ...head } = runs[0]!;
  const total = runs.reduce((sum, { files }) => sum + files.length, 0);
  const files = Array.from({ length: total }, (_entry, i) => runs[i % count]!.files[Math.floor(i / count)]!);
  const manifest = join(output, MANIFEST_FILE);
  const withTables = await requireTables(output, runs);
  const table = tablePath(output, null);
  if (!overwrite) await requireFree([manifest, ...(withTables ? [table, imageTablePath(table)] : [])]);
  const objects = withTables ? await mergeTables(output, runs) : 0;
  await writePiecesAtomic(manifest, manifestPieces({ ...head, files }));
  return {
    output,
    manifest,
    measurements: withTables ? { output: table, images: imageTablePath(table), objects } : null,
    shards: count,
    done: files.filter(({ state }) => state === 'done').length,
    failed: files
      .filter(({ state }) => state === 'failed')
      .map(({ input, error }) => ({ input, error: error ?? '' })),
  };
}

async function readShards(output: string): Promise<ShardRun[]> {
  const found = await shardsIn(output);
  if (!found.length)
    throw new AppError(
      'not-found',
      `${output} holds no shards; "brushfield segment … --shard 1/4" writes the first of four.`,
    );
  const counts = [...new Set(found.map(({ count }) => count))];
  if (counts.length > 1)
    throw new AppError(
      'usage',
      `${output} holds shards of ${counts.join(' and of ')}; remove the manifests of those that are not meant.`,
    );
  const count = counts[0]!;
  const missing = Array.from({ length: count }, (_, index) => ({ index, count })).filter(
    ({ index }) => !found.some((shard) => shard.index === index),
  );
  if (missing.length) throw new AppError('not-found', missingText(missing));
  const runs: ShardRun[] = [];
  for (const shard of found) {
    const run = await readManifest(output, shardManifest(shard));
    if (run?.shard?.index !== shard.index || run.shard.count !== count)
      throw new AppError('usage', `${join(output, shardManifest(shard))} is not the manifest of its shard.`);
    runs.push(run as ShardRun);
  }
  runs.forEach((run) => requireOneRun(run, runs[0]!));
  return runs;
}

function missingText(missing: readonly Shard[]): string {
  const names = missing.map(({ index, count }) => `${index + 1}/${count}`);
  const shown =
    names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
  return `Of ${missing[0]!.count} shards ${names.length === 1 ? 'one is' : `${names.length} are`} missing: ${shown}; run them with --shard first.`;
}

function requireOneRun(run: ShardRun, first: ShardRun): void {
  const name = `${run.shard.index + 1}/${run.shard.count}`;
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (!same(run.model, first.model) || !same(run.settings, first.settings) || run.software !== first.software)
    throw new AppError(
      'usage',
      `Shard ${name} was made by another model, version or settings than the first; run it again with --overwrite.`,
    );
  if (run.shard.inputs !== first.shard.inputs)
    throw new AppError(
      'usage',
      `Shard ${name} found other input files than the first: files were added, removed or renamed meanwhile; run the shards again with --resume.`,
    );
  const waiting = run.files.filter(({ state }) => state === 'waiting').length;
  if (waiting)
    throw new AppError(
      'usage',
      `Shard ${name} has not ended: ${waiting} of ${run.files.length} files are still to be done; run it with --resume.`,
    );
}

/** Whether there are tables: of all shards or of none. */
async function requireTables(output: string, runs: readonly ShardRun[]): Promise<boolean> {
  const lacking: Shard[] = [];
  for (const { shard } of runs) {
    const table = tablePath(output, shardName(shard));
    const both = await Promise.all(
      [table, imageTablePath(table)].map((path) => stat(path).catch(() => null)),
    );
    if (both.includes(null)) lacking.push(shard);
  }
  if (lacking.length && lacking.length < runs.length)
    throw new AppError(
      'usage',
      `Shard ${lacking[0]!.index + 1}/${lacking[0]!.count} has no table of measurements and others have; run it with --measure --resume.`,
    );
  return !lacking.length;
}

/** @returns number of objects */
async function mergeTables(output: string, runs: readonly ShardRun[]): Promise<number> {
  const places = runs
    .flatMap(({ files }, shard) =>
      files.flatMap(({ input, outputs }) =>
        outputs
          .filter((name) => name.endsWith('_mask.png'))
          .map((mask, page): Place => ({ key: `${cell(input)},${page + 1}`, mask, shard })),
      ),
    )
    .sort((a, b) => comparePaths(a.mask, b.mask));
  const tables = runs.map(({ shard }) => tablePath(output, shardName(shard)));
  const headers = await Promise.all(tables.map(headerOf));
  const channels = headers.map(channelsIn);
  const most = Math.max(...channels);
  let objects = 0;
  const table = tablePath(output, null);
  const rows = async function* () {
    yield objectHeader(most);
    for await (const { record, shard } of inOrder(tables, places)) {
      objects++;
      yield widened(record, channels[shard]!, most);
    }
  };
  await writePiecesAtomic(table, inPieces(rows()));
  const imageTables = tables.map(imageTablePath);
  const [imageHeader] = await Promise.all(imageTables.map(headerOf));
  const imageRows = async function* () {
    yield imageHeader!;
    for await (const { record } of inOrder(imageTables, places)) yield record;
  };
  await writePiecesAtomic(imageTablePath(table), inPieces(imageRows()));
  return objects;
}

async function headerOf(path: string): Promise<string> {
  for await (const record of recordsOf(path)) return record;
  throw new AppError('usage', `${path} is empty; run its shard again with --overwrite.`);
}

function channelsIn(header: string): number {
  return header.split(',').filter((name) => name.startsWith('intensity_mean-')).length;
}

/** The records of all tables without their headers, by `places`; each table has its own in that order. */
async function* inOrder(
  tables: readonly string[],
  places: readonly Place[],
): AsyncGenerator<{ record: string; shard: number }> {
  const sources = tables.map((path) => recordsOf(path));
  try {
    const next: (string | null)[] = [];
    const advance = async (shard: number) => {
      const { value, done } = await sources[shard]!.next();
      next[shard] = done ? null : value;
    };
    for (const shard of sources.keys()) {
      await advance(shard);
      await advance(shard);
    }
    for (const { key, shard } of places)
      for (let record = next[shard]; record && keyOf(record) === key; record = next[shard]) {
        yield { record, shard };
        await advance(shard);
      }
    const left = next.findIndex((record) => record !== null);
    if (left >= 0)
      throw new AppError(
        'usage',
        `${tables[left]!} has rows that belong to no image of its manifest; run its shard again with --overwrite.`,
      );
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

const PIECE_CHARACTERS = 1 << 18;

async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let waiting: string[] = [];
  let length = 0;
  for await (const text of texts) {
    waiting.push(text);
    length += text.length;
    if (length < PIECE_CHARACTERS) continue;
    yield Buffer.from(waiting.join(''));
    [waiting, length] = [[], 0];
  }
  yield Buffer.from(waiting.join(''));
}
