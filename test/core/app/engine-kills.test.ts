/** An engine that is killed at any moment costs nothing that was finished; fifty kills in test/hard. */
import { test } from 'vitest';
import { surviveEngineKills } from './engine-kills.js';

test('five kills of the engine at random moments lose no label and no finished epoch', () =>
  surviveEngineKills(5, 1));
