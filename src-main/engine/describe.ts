/** A network's layers, parameters and receptive field, for people. */
import type { DescribeParams, NetworkSummary } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { NETWORKS, type NetworkName } from '../shared/settings.js';
import { networkOf, readModelFile } from './model-file.js';
import { buildNetwork } from './models/build.js';
import { haloOf, receptiveField } from './receptive-field.js';

export function describeNetwork(params: DescribeParams): NetworkSummary {
  const [network, name] = 'model' in params ? ofModel(params.model) : ofName(params);
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

function ofModel(folder: string) {
  const model = readModelFile(folder);
  return [networkOf(model), model.network] as const;
}

function ofName({ network, classes, channels }: Exclude<DescribeParams, { model: string }>) {
  if (!(NETWORKS as readonly string[]).includes(network))
    throw new AppError('usage', `There is no network "${network}"; choose one of ${NETWORKS.join(', ')}.`);
  return [buildNetwork({ network: network as NetworkName, classes, channels, seed: 1 }), network] as const;
}
