import { expect, test } from 'vitest';
import {
  colorPrediction,
  DIFFERENT,
  HEAT,
  type PredictionMode,
} from '../../../src-renderer/canvas/prediction-layer.js';

const RED = 0xff0000ff;
const BLUE = 0xffff0000;
const colors = new Uint32Array(256);
colors[1] = RED;
colors[2] = BLUE;
const tile = { width: 2, values: Uint8Array.of(1, 2, 2, 3), confidence: Uint8Array.of(255, 200, 100, 255) };

function colored(
  mode: PredictionMode,
  { minConfidence = 0, labels = null as Uint8Array | null, unlabelledOnly = false } = {},
) {
  const out = new Uint32Array(4);
  colorPrediction(tile, { mode, colors, minConfidence, labels, unlabelledOnly }, out);
  return [...out];
}

test('classes have their colours, and one that is switched off has none', () => {
  expect(colored('classes')).toEqual([RED, BLUE, BLUE, 0]);
});

test('what the model is less sure of than asked is not drawn', () => {
  expect(colored('classes', { minConfidence: 0.5 })).toEqual([RED, BLUE, 0, 0]);
});

test('the difference shows labelled pixels only, where the model says another class', () => {
  expect(colored('difference', { labels: Uint8Array.of(2, 2, 0, 1) })).toEqual([DIFFERENT, 0, 0, 0]);
});

test('the heat map goes from the ends of inferno, bright where the model is not sure', () => {
  expect(colored('confidence')).toEqual([HEAT[255], HEAT[200], HEAT[100], 0]);
  // matplotlib 3.10: inferno(1.0) = #fcffa4, inferno(0.0) = #000004; RGBA, little-endian.
  expect([HEAT[0], HEAT[127], HEAT[255]]).toEqual([0xffa4fffc, 0xffa4fffc, 0xff040000]);
});

test('an outline is a line between classes with a light tint beside it, and labels stay free of it', () => {
  // 1 2
  // 2 3, of which 3 has no colour
  const [first, second, third, fourth] = colored('outline');
  expect([second, third, fourth]).toEqual([BLUE, BLUE, 0]);
  expect(first! & 0xffffff).toBe(RED & 0xffffff);
  expect(first! >>> 24).toBeLessThan(0x80);
  const labels = Uint8Array.of(0, 1, 0, 0);
  expect(colored('outline', { labels, unlabelledOnly: true })).toEqual([first, 0, BLUE, 0]);
});
