/** Entry of the engine process: serves EngineApi to the process that forked it, and ends with it. */
import type { EngineApi, PredictParams } from '../shared/engine-api.js';
import type { LiveOwner } from '../shared/engine-api-live.js';
import { AppError } from '../shared/errors.js';
import { serve, type Port } from '../shared/rpc.js';
import { describeNetwork } from './describe.js';
import { evaluateSnapshot } from './evaluate.js';
import { LiveJob } from './live/live-job.js';
import { ModelInUse } from './model-in-use.js';
import { networkGraph } from './network-graph.js';
import { predictLarge } from './predict-large.js';
import { deviceInfo } from './tensorflow.js';
import { train } from './train.js';

const port: Port = {
  post: (message) => void process.send?.(message),
  listen(handler) {
    process.on('message', handler);
    return () => process.off('message', handler);
  },
};

const models = new ModelInUse();
const live = new Map<string, LiveJob>();

function liveOf({ owner }: LiveOwner): LiveJob {
  let job = live.get(owner);
  if (!job) live.set(owner, (job = new LiveJob()));
  return job;
}

const checkImage = ({ image }: PredictParams) => {
  if (image.data.length !== image.width * image.height * image.channels)
    throw new AppError('unreadable-image', 'The image has another number of pixels than its size says.');
};

const engine: EngineApi = {
  device: async () => deviceInfo(),
  describe: async (params) => describeNetwork(params),
  graph: async ({ model }) => networkGraph(model),
  train,
  predict: async (params, call) => {
    checkImage(params);
    const { tile, probabilities, entropy } = params;
    return models.with(params.model, ({ predictor }) =>
      predictor.predict(params.image, {
        ...(params.region && { region: params.region }),
        signal: call?.signal,
        ...(tile ? { tile } : {}),
        ...(probabilities ? { probabilities } : {}),
        ...(entropy ? { entropy } : {}),
      }),
    );
  },
  predictLarge: (params, call) => models.with(params.model, (loaded) => predictLarge(loaded, params, call)),
  evaluate: (params, call) =>
    models.with(params.model, ({ predictor, model }) => evaluateSnapshot(predictor, model, params, call)),
  liveImage: (params, call) => liveOf(params).add(params, call?.signal),
  liveFit: (params, call) => liveOf(params).fit(params, call?.signal),
  liveSuggest: async (params) => liveOf(params).suggest(params),
  liveEnd: async ({ owner }) => {
    const ended = live.get(owner);
    live.delete(owner);
    await ended?.dispose();
  },
};

serve(engine, port);
// Ctrl+C reaches the whole process group; the parent decides what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
