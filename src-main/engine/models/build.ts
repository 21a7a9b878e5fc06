/** Builds a network by name. */
import type { NetworkName } from '../../shared/settings.js';
import '../operations.js';
import type { Network, NetworkOptions } from './network.js';
import { unetMini } from './unet-mini.js';
import { unetMobilenet } from './unet-mobilenet.js';
import { unetQuick } from './unet-quick.js';

const BUILDERS: Record<NetworkName, (options: NetworkOptions) => Network> = {
  'unet-quick': unetQuick,
  'unet-mini': unetMini,
  'unet-mobilenet': unetMobilenet,
};

/** A network with fresh weights; equal options give equal weights. The caller disposes `model`. */
export const buildNetwork = (options: NetworkOptions): Network => BUILDERS[options.network](options);
