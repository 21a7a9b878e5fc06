/** 50 kills of a training's engine in chunks, so that those that were interrupted can be gone on with: `-t 'kills 11 to 20'`. */
import { test } from 'vitest';
import { surviveEngineKills } from '../core/app/engine-kills.js';

const CHUNK = 10;

for (let first = 0; first < 50; first += CHUNK)
  test(`kills ${first + 1} to ${first + CHUNK} of the engine lose no label and no finished epoch`, () =>
    surviveEngineKills(CHUNK, 1000 + first));
