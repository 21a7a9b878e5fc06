/** A network's layers, parameters and receptive field, for people. */
import type { DescribeParams, NetworkSummary } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { LEARNERS, LIVE, type NetworkName } from '../shared/settings.js';
import { HIDDEN, MEMBERS } from './live/classifier-weights.js';
import { FEATURE_HALO, FEATURES_A_CHANNEL } from './live/features.js';
import { networkOf, readModelFile } from './model-file.js';
import { buildNetwork } from './models/build.js';
import { haloOf, receptiveField } from './receptive-field.js';

export function describeNetwork(params: DescribeParams): NetworkSummary {
  const model = 'model' in params ? readModelFile(params.model) : null;
  const shape = model
    ? { network: model.network, classes: model.classes.length, channels: model.input.count }
    : (params as Exclude<DescribeParams, { model: string }>);
  const { network: name } = shape;
  if (!(LEARNERS as readonly string[]).includes(name))
    throw new AppError('usage', `There is no network "${name}"; choose one of ${LEARNERS.join(', ')}.`);
  if (name === LIVE) return describeLive(shape);
  const network = model
    ? networkOf(model)
    : buildNetwork({ ...shape, network: name as NetworkName, seed: 1 });
  try {
    return {
      network: name,
      layers: network.model.layers.map((layer) => ({
        name: layer.name,
        type: layer.getClassName(),
        outputShape: layer.outputShape as (number | null)[],
        parameters: layer.countParams(),
      })),
      parameters: network.model.countParams(),
      receptiveFieldPx: receptiveField(network.model).side,
      multipleOf: network.multipleOf,
      haloPx: haloOf(network.model, network.multipleOf),
    };
  } finally {
    network.model.dispose();
  }
}

/** Its features and dense layers, of all its networks together, a pixel. */
function describeLive({ classes, channels }: { classes: number; channels: number }): NetworkSummary {
  const features = channels * FEATURES_A_CHANNEL;
  const layer = (name: string, type: string, each: number, parameters = 0) => ({
    ...{ name, type, parameters },
    outputShape: [null, null, null, each],
  });
  const hidden = MEMBERS * HIDDEN;
  const layers = [
    layer('input', 'InputLayer', channels),
    layer('features', 'Features', features),
    layer('first', 'Dense', hidden, hidden * (features + 1)),
    layer('second', 'Dense', hidden, hidden * (HIDDEN + 1)),
    layer('third', 'Dense', MEMBERS * classes, MEMBERS * classes * (HIDDEN + 1)),
    layer('mean', 'Average', classes),
  ];
  return {
    ...{ network: LIVE, layers, multipleOf: 1, haloPx: FEATURE_HALO },
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    receptiveFieldPx: 2 * FEATURE_HALO + 1,
  };
}
