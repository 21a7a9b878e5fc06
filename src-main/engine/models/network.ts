/** What a network's builder is given and what it gives back. */
import type { ActivationName } from '../../shared/network-graph.js';
import type { NetworkName } from '../../shared/settings.js';
import type { LayersModel } from '../tensorflow.js';

export interface NetworkOptions {
  network: NetworkName;
  /** Number of classes, the outputs' last dimension. */
  classes: number;
  /** Number of input channels. */
  channels: number;
  /** Seed of the initial weights. */
  seed: number;
  padding?: 'same' | 'symmetric';
  dropout?: number;
  bnMomentum?: number;
  /** Of unet-quick: filters of every level, times this. */
  width?: number;
  /** Of unet-quick: levels, each at half the resolution of the one above, the first at half the image's; at least 2. */
  depth?: number;
  /** Of unet-mobilenet: encoder layers keep their weights and statistics. */
  freezeEncoder?: boolean;
  /** Replaces the network's own activation. For numerical comparisons: gradients at the kinks of ReLU flip with rounding. */
  activation?: ActivationName;
}

export interface Network {
  /** Input [N,H,W,channels], output logits [N,H,W,classes]; H and W are free multiples of `multipleOf`. */
  model: LayersModel;
  multipleOf: number;
}
