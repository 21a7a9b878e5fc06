/** Shards: parts of one segmentation that run by themselves, on one machine or on many, and are merged afterwards. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { AppError } from '../shared/errors.js';
import type { InputFile } from './input-files.js';

export interface Shard {
  /** From 0. */
  index: number;
  count: number;
}

/** As people count: `shard-1-of-4`. */
export const shardName = ({ index, count }: Shard): string => `shard-${index + 1}-of-${count}`;

export const shardManifest = (shard: Shard): string => `manifest.${shardName(shard)}.json`;

const SHARD_MANIFEST = /^manifest\.shard-(\d+)-of-(\d+)\.json$/;

/** The shards that have a manifest in a folder, in order; none where there is no such folder. */
export async function shardsIn(folder: string): Promise<Shard[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const found = SHARD_MANIFEST.exec(name);
      return found ? [{ index: Number(found[1]) - 1, count: Number(found[2]) }] : [];
    })
    .sort((a, b) => a.count - b.count || a.index - b.index);
}

/** Shards of one list of inputs have equal hashes. */
export const hashOfNames = (inputs: readonly Pick<InputFile, 'relative'>[]): string =>
  createHash('sha256')
    .update(JSON.stringify(inputs.map(({ relative }) => relative)))
    .digest('hex');

/** Of 1,000,000: no array of jobs is larger. */
const MOST_SHARDS = 1_000_000;

/**
 * `I/N` with I from 1 to N, or `slurm`: the place of the running task in its job array.
 * @throws AppError('usage')
 */
export function parseShard(text: string, environment: NodeJS.ProcessEnv = process.env): Shard {
  if (text === 'slurm') return slurmShard(environment);
  const found = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || index < 1 || count < index || count > MOST_SHARDS)
    throw new AppError(
      'usage',
      `--shard is I/N with I from 1 to N, as in 1/4, or "slurm" within a job array; "${text}" is neither.`,
    );
  return { index: index - 1, count };
}

/** Arrays may begin anywhere and leave numbers out evenly: `--array=0-3`, `1-4`, `0-9:3`. */
function slurmShard(environment: NodeJS.ProcessEnv): Shard {
  const numberOf = (name: string, otherwise: number): number => {
    const text = environment[`SLURM_ARRAY_TASK_${name}`];
    return text === undefined || text === '' ? otherwise : Number(text);
  };
  const [id, count] = [numberOf('ID', NaN), numberOf('COUNT', NaN)];
  const [first, step] = [numberOf('MIN', 0), Math.max(1, numberOf('STEP', 1))];
  const index = (id - first) / step;
  if (
    Number.isInteger(index) &&
    Number.isInteger(count) &&
    index >= 0 &&
    index < count &&
    count <= MOST_SHARDS
  )
    return { index, count };
  throw new AppError(
    'usage',
    Number.isNaN(id)
      ? '--shard slurm reads SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT, which are not set; start it by sbatch --array=0-3, or name the shard as in --shard 1/4.'
      : `Task ${id} of a job array of ${count} tasks from ${first} in steps of ${step} is no shard; give the array numbers without gaps, as in --array=0-3, or name the shard as in --shard 1/4.`,
  );
}

/** Shards of another division would segment files twice or never. @throws AppError('exists') */
export async function requireSameCount(
  folder: string,
  { count }: Shard,
  { overwrite = false }: { overwrite?: boolean },
): Promise<void> {
  if (overwrite) return;
  const other = (await shardsIn(folder)).find((shard) => shard.count !== count);
  if (other)
    throw new AppError(
      'exists',
      `${folder} holds a shard of ${other.count}, and this one is of ${count}; choose another output folder, or name it as in --shard ${other.index + 1}/${other.count}.`,
    );
}
