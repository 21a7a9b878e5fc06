/** The model used last stays loaded: a batch asks for the same one thousands of times. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES, type ModelFile } from '../shared/engine-api.js';
import { loadBest } from './model-file.js';
import { Predictor } from './predict.js';

interface Loaded {
  /** Changes when the run is trained further. */
  key: string;
  predictor: Predictor;
  model: ModelFile;
  /** Calls that compute with it now. */
  users: number;
}

export class ModelInUse {
  private last: Loaded | null = null;

  /**
   * Runs `work` with the best weights of a run's folder. They stay until `work` has ended, whatever is asked meanwhile.
   * @throws AppError('bad-model').
   */
  async with<T>(
    folder: string,
    work: (loaded: Pick<Loaded, 'predictor' | 'model'>) => Promise<T>,
  ): Promise<T> {
    const loaded = this.open(folder);
    loaded.users++;
    try {
      return await work(loaded);
    } finally {
      loaded.users--;
      if (loaded !== this.last && loaded.users === 0) loaded.predictor.dispose();
    }
  }

  private open(folder: string): Loaded {
    const file = statSync(join(folder, RUN_FILES.best), { throwIfNoEntry: false });
    const key = `${folder} ${file?.ino} ${file?.mtimeMs}`;
    if (this.last?.key === key) return this.last;
    if (this.last?.users === 0) this.last.predictor.dispose();
    this.last = null;
    const { pixels, model } = loadBest(folder);
    const predictor = new Predictor(pixels, model);
    this.last = { key, predictor, model, users: 0 };
    return this.last;
  }
}
