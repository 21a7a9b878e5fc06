/** Orders in which a simulated person corrects tiles: the program's own, random, and others that were tried. */
import type { Prediction } from '../../shared/engine-api.js';
import { permutation, randomFor } from '../../shared/random.js';
import { mostUncertain } from '../uncertain-tiles.js';
import { inTurn, ofEachCluster, type LoopTile } from './loop-clusters.js';

export interface Ranking {
  name: string;
  /** Of each pixel 0 … 255, more where it is worth more; null: the model is not asked. */
  worth: ((prediction: Prediction) => Uint8Array) | null;
  /** At most `limit` of the candidates, whose `entropy` is the mean worth of what is unlabelled in them. */
  choose(candidates: readonly LoopTile[], limit: number, seed: number): LoopTile[];
  /** Every training begins anew, as the first one does, instead of from the last weights. */
  restarts?: true;
}

export const RANDOM_TILES: Ranking = {
  name: 'random',
  worth: null,
  choose: (candidates, limit, seed) =>
    [...permutation(candidates.length, randomFor(seed, 5))].slice(0, limit).map((i) => candidates[i]!),
};

const entropy = ({ entropy: values }: Prediction): Uint8Array => values!;
const doubt = ({ confidence }: Prediction): Uint8Array => confidence.map((sure) => 255 - sure);

/** Times as many of the most uncertain tiles are divided into clusters as are chosen. */
const LOOKED_AT = 4;

export const RANKINGS: readonly Ranking[] = [
  RANDOM_TILES,
  { ...RANDOM_TILES, name: 'random, anew', restarts: true },
  { name: 'entropy', worth: entropy, choose: (candidates, limit) => mostUncertain(candidates, limit) },
  { name: 'expected error', worth: doubt, choose: (candidates, limit) => mostUncertain(candidates, limit) },
  {
    name: 'entropy, half random',
    worth: entropy,
    choose(candidates, limit, seed) {
      const first = mostUncertain(candidates, Math.ceil(limit / 2));
      const others = candidates.filter((tile) => !first.includes(tile));
      return [...first, ...RANDOM_TILES.choose(others, limit - first.length, seed)];
    },
  },
  { name: 'entropy, drawn', worth: entropy, choose: (...all) => mostUncertain(perturbed(...all), all[1]) },
  {
    name: 'near boundaries',
    worth: boundaries,
    choose: (candidates, limit) => mostUncertain(candidates, limit),
  },
  { name: 'images in turn', worth: entropy, choose: (candidates, limit) => inTurn(candidates, limit) },
  {
    name: 'in turn, clusters',
    worth: entropy,
    choose: (candidates, limit, seed) => ofEachCluster(inTurn(candidates, LOOKED_AT * limit), limit, seed),
  },
];

/**
 * So that the first are a draw without replacement, each tile with a probability in proportion to its squared entropy
 * (Gumbel-top-k; Kirsch et al., "Stochastic batch acquisition", TMLR 2023).
 */
function perturbed(candidates: readonly LoopTile[], _limit: number, seed: number): LoopTile[] {
  return candidates.map((tile) => {
    // Neither 0 nor infinite, and the same for a place whatever the other candidates are.
    const exponential = -Math.log(randomFor(seed, tile.imageId, tile.x, tile.y).uniform(Number.EPSILON, 1));
    return { ...tile, entropy: tile.entropy / Math.sqrt(exponential) };
  });
}

/** 255 within two pixels of another predicted class. */
function boundaries({ width, height, labels }: Prediction): Uint8Array {
  const found = new Uint8Array(labels.length);
  const reach = 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const own = labels[y * width + x];
      const right = labels[y * width + Math.min(width - 1, x + reach)];
      const below = labels[Math.min(height - 1, y + reach) * width + x];
      if (own !== right || own !== below) found[y * width + x] = 255;
    }
  return found;
}
