/** Entry of the engine process: serves EngineApi to the process that forked it, and ends with it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES, type EngineApi, type PredictParams } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { serve, type Port } from '../shared/rpc.js';
import { describeNetwork } from './describe.js';
import { evaluateSnapshot } from './evaluate.js';
import { loadBest } from './model-file.js';
import { Predictor } from './predict.js';
import { deviceInfo } from './tensorflow.js';
import { train } from './train.js';

const port: Port = {
  post: (message) => void process.send?.(message),
  listen(handler) {
    process.on('message', handler);
    return () => process.off('message', handler);
  },
};

/** The model used last stays loaded: a batch asks for the same one thousands of times. */
let loaded: { key: string; predictor: Predictor; model: ReturnType<typeof loadBest> } | null = null;

function open(folder: string) {
  // A run that is trained further writes its weights anew.
  const written = statSync(join(folder, RUN_FILES.best), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const key = `${written} ${folder}`;
  if (loaded?.key !== key) {
    loaded?.model.network.model.dispose();
    loaded = null;
    const model = loadBest(folder);
    loaded = { key, model, predictor: new Predictor(model.network, model.model) };
  }
  return loaded;
}

const checkImage = ({ image }: PredictParams) => {
  if (image.data.length !== image.width * image.height * image.channels)
    throw new AppError('unreadable-image', 'The image has another number of pixels than its size says.');
};

const engine: EngineApi = {
  device: async () => deviceInfo(),
  describe: async (params) => describeNetwork(params),
  train,
  predict: async (params, call) => {
    checkImage(params);
    const { tile, probabilities } = params;
    return open(params.model).predictor.predict(params.image, {
      signal: call?.signal,
      ...(tile ? { tile } : {}),
      ...(probabilities ? { probabilities } : {}),
    });
  },
  evaluate: async (params, call) => {
    const { predictor, model } = open(params.model);
    return evaluateSnapshot(predictor, model.model, params, call);
  },
};

serve(engine, port);
// Ctrl+C reaches the whole process group; the parent decides what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
