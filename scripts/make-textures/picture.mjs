/** A scene of the synthetic set as a camera sees it, and what each pixel of it is. */
import { blur, illumination, smoothNoise } from '../make-sample/microscope.mjs';
import { BODY, depthIn, GROUND, THREAD } from './scene.mjs';

/** @typedef {import('../../src-main/shared/random.ts').Random} Random */
/** @typedef {import('./scene.mjs').Body} Body */

/** A body's rim is this much darker than its inside, over its outer tenth. */
const RIM = 0.16;
const STRIPES = 0.22;
const MOTTLE = 0.1;

/** Bodies lie over threads, and earlier bodies over later ones. @param {Uint8Array} labels @param {Float64Array} light */
function drawBody({ labels, light, width, height }, body) {
  const reach = Math.ceil(body.long * 1.5);
  const [top, left] = [Math.max(0, Math.floor(body.y - reach)), Math.max(0, Math.floor(body.x - reach))];
  const [cos, sin] = [Math.cos(body.turn), Math.sin(body.turn)];
  for (let y = top; y < Math.min(height, body.y + reach); y++)
    for (let x = left; x < Math.min(width, body.x + reach); x++) {
      const depth = depthIn(body, x, y);
      const i = y * width + x;
      if (depth >= 1 || labels[i] === BODY) continue;
      const wave = Math.sin(((x * cos + y * sin) * 2 * Math.PI) / body.stripe);
      labels[i] = BODY;
      light[i] = body.shade + STRIPES * wave - (depth > 0.9 ? RIM : 0);
    }
}

/** Darker or brighter than the ground, as it happens. @param {Random} random */
function drawThread({ labels, light, width, height }, points, random) {
  const shade = random.chance(0.5) ? -0.3 : 0.3;
  for (const { x, y, radius } of points)
    for (let row = Math.floor(y - radius); row <= y + radius; row++)
      for (let column = Math.floor(x - radius); column <= x + radius; column++) {
        if (row < 0 || column < 0 || row >= height || column >= width) continue;
        if ((column - x) ** 2 + (row - y) ** 2 > radius * radius) continue;
        labels[row * width + column] = THREAD;
        light[row * width + column] = shade;
      }
}

/**
 * @param {Random} random
 * @param {{ bodies: Body[], threads: { x: number, y: number, radius: number }[][], size: { width: number, height: number } }} scene
 * @returns {{ levels: Uint8Array, labels: Uint8Array }} Row-major; 8-bit grey and label values.
 */
export function drawScene(random, { bodies, threads, size }) {
  const { width, height } = size;
  const labels = new Uint8Array(width * height).fill(GROUND);
  const mottled = smoothNoise(random, size, random.uniform(1.2, 2.4));
  const light = mottled.map((value) => MOTTLE * value);
  for (const points of threads) drawThread({ labels, light, width, height }, points, random);
  for (const body of bodies) drawBody({ labels, light, width, height }, body);
  const seen = blur(light, size, random.uniform(0.6, 1));
  const uneven = illumination(random, size, random.uniform(2, 4));
  const noise = random.uniform(0.02, 0.05);
  const middle = random.uniform(70, 100);
  const levels = Uint8Array.from(seen, (value, i) =>
    Math.max(0, Math.min(255, Math.round(middle * uneven[i] * (1 + value) + 255 * noise * random.normal()))),
  );
  return { levels, labels };
}
