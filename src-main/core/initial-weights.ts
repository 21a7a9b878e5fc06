/** The weights a training starts from: a Keras file, ImageNet's, or another run's. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readKerasWeights } from '../interop/keras-h5.js';
import { RUN_FILES } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../shared/safetensors.js';
import { runByName } from '../store/runs.js';
import { locateModel, type ModelPlace } from './models.js';
import { writeJsonAtomic, writeJsonThere } from '../disk/atomic-file.js';
import type { PretrainedWeights } from './passport.js';
import type { Project } from './projects.js';
import { imagenetWeights } from './weights.js';

const REPORT = 'initial.json';

export interface InitialWeights {
  /** `imagenet`, a file's name, or a run. */
  source: string;
  /** A safetensors file with `layer/weight` names. */
  bytes: Uint8Array;
}

/**
 * @param weights `none`, `imagenet`, or the path of a Keras `.h5` or a `.safetensors` file
 * @throws AppError('usage') for ImageNet weights with a network they do not fit, 'not-found' | 'bad-model'
 */
export async function readInitialWeights(weights: string, network: string): Promise<InitialWeights | null> {
  if (weights === 'none') return null;
  if (weights === 'imagenet') {
    if (network !== 'unet-mobilenet')
      throw new AppError(
        'usage',
        `ImageNet weights are those of MobileNet and do not fit ${network}; add --network unet-mobilenet.`,
      );
    return { source: 'imagenet', bytes: packed(await readKerasWeights(await imagenetWeights())) };
  }
  if (!existsSync(weights)) throw new AppError('not-found', `There is no weights file ${weights}.`);
  const source = basename(weights);
  if (/\.safetensors$/i.test(weights)) {
    const bytes = await readFile(weights);
    return { source, bytes: packed(decodeSafetensors(bytes).tensors) };
  }
  return { source, bytes: packed(await readKerasWeights(weights)) };
}

/** The best weights of a run of this project, or of any MODEL. */
export async function readRunWeights(project: Project, name: string): Promise<InitialWeights> {
  const { run, folder } = locateRun(project, name);
  const path = join(folder, RUN_FILES.best);
  if (!existsSync(path))
    throw new AppError('bad-model', `The run ${run} has no trained weights to start from.`);
  const { tensors } = decodeSafetensors(await readFile(path));
  return { source: run, bytes: packed(tensors) };
}

/** A run by its name in the project, or else a MODEL argument. */
export function locateRun(project: Project, name: string): Pick<ModelPlace, 'run' | 'folder'> {
  if (/[:/\\]/.test(name)) return locateModel(name);
  const run = runByName(project.store, name);
  return { run: run.name, folder: join(project.folder, run.folder) };
}

const packed = (tensors: Map<string, NamedTensor>): Uint8Array =>
  encodeSafetensors({ tensors, metadata: {} });

/** Where the initial weights of a run in `folder` came from; null for random ones. */
export const initialSource = async (folder: string): Promise<string | null> =>
  (await new InitialReport(folder, null).read())?.source || null;

/** Before they are taken up, so that a run that dies first and is begun anew still knows. */
export const recordSource = (folder: string, source: string): Promise<void> =>
  writeJsonAtomic(join(folder, REPORT), { source, loaded: [], skipped: [] });

/** How the weights a run started from were taken up; kept beside the run, since a resumed run does not load them again. */
export class InitialReport {
  private readonly file: string;
  private written: Promise<void> = Promise.resolve();

  constructor(
    folder: string,
    private readonly source: string | null,
  ) {
    this.file = join(folder, REPORT);
  }

  write({ loaded, skipped }: Omit<PretrainedWeights, 'source'>): void {
    this.written = writeJsonThere(this.file, { source: this.source ?? '', loaded, skipped });
    // Awaited by `read`; until then a rejection is not unhandled.
    this.written.catch(() => undefined);
  }

  async read(): Promise<PretrainedWeights | null> {
    await this.written;
    const text = await readFile(this.file, 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as PretrainedWeights);
  }
}
