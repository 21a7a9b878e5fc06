/** A project of our own sample pictures, to try things on: images and labels copied, so that it can be thrown away. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../../disk/atomic-file.js';
import type { Progress } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { SAMPLE_CLASSES, sampleFolder } from '../demo.js';
import { importImages } from '../import.js';
import { createProject, PROJECT_ENDING } from '../projects.js';

const NAME = 'Brushfield sample';

/**
 * Made under a free name in `documentsFolder`; on abort or failure nothing stays.
 * @returns its folder. @throws AppError('disk' | 'stopped')
 */
export async function makeSampleProject(documentsFolder: string, call: Call<Progress> = {}): Promise<string> {
  let folder = join(documentsFolder, `${NAME}${PROJECT_ENDING}`);
  for (let n = 2; existsSync(folder); n++) folder = join(documentsFolder, `${NAME} ${n}${PROJECT_ENDING}`);
  await mkdir(documentsFolder, { recursive: true }).catch((error: unknown) => {
    throw diskError(error, documentsFolder);
  });
  const project = createProject(folder, { classes: SAMPLE_CLASSES });
  try {
    for (const part of ['images', 'labels']) await copyTrainingPart(part, folder, call.signal);
    await importImages(
      project,
      { paths: [join(folder, 'images')], labels: join(folder, 'labels'), split: 'train' },
      {
        ...(call.signal && { signal: call.signal }),
        onEvent: ({ done, total, name }) => call.onEvent?.({ done, total, name }),
      },
    );
    await rm(join(folder, 'labels'), { recursive: true, force: true });
  } catch (error) {
    project.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  project.close();
  return folder;
}

async function copyTrainingPart(
  part: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const from = join(sampleFolder(), part);
  const to = join(folder, part);
  try {
    await mkdir(to);
    for (const name of await readdir(from)) {
      if (signal?.aborted) throw new AppError('stopped', 'The sample project was not made.');
      if (name.startsWith('train')) await copyFile(join(from, name), join(to, name));
    }
  } catch (error) {
    throw diskError(error, to);
  }
}
