/** What a wide-field fluorescence microscope makes of a scene: stain, uneven light, blur, haze, photons, camera. */
import { forPixelsOf } from './nuclei.mjs';

/** @typedef {import('../../src-main/shared/random.ts').Random} Random */

/** A Gaussian blur with mirrored borders, of a row-major plane. */
export function blur(plane, { width, height }, sigma) {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const along = (source, length, at) => {
    const out = new Float64Array(source.length);
    for (let line = 0; line < source.length / length; line++)
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++) {
          let j = Math.abs(i + k) % (2 * length);
          if (j >= length) j = 2 * length - 1 - j;
          sum += kernel[k + reach] * source[at(line, j)];
        }
        out[at(line, i)] = sum / total;
      }
    return out;
  };
  const rows = along(plane, width, (line, i) => line * width + i);
  return along(rows, height, (line, i) => i * width + line);
}

/** Smooth noise of mean 0 and standard deviation 1 at a scale in pixels. @param {Random} random */
export function smoothNoise(random, size, sigma) {
  const plane = blur(
    Float64Array.from({ length: size.width * size.height }, () => random.normal()),
    size,
    sigma,
  );
  const deviation = Math.sqrt(plane.reduce((sum, value) => sum + value * value, 0) / plane.length);
  return plane.map((value) => value / deviation);
}

/** Stain before any optics: chromatin texture, darker nucleoli, thinner at the rim. @param {Random} random */
function stain(random, nuclei, size) {
  const plane = new Float64Array(size.width * size.height);
  const chromatin = smoothNoise(random, size, 1.6);
  for (const nucleus of nuclei)
    forPixelsOf(nucleus, size, (i, { depth, u, v }) => {
      let value = nucleus.brightness * (1 - 0.3 * depth ** 3) * (1 + 0.16 * chromatin[i]);
      for (let s = 0; s < nucleus.spots.length; s += 3) {
        const [x, y, r] = nucleus.spots.slice(s, s + 3);
        if ((u - x) ** 2 + (v - y) ** 2 < r * r) value *= 0.62;
      }
      plane[i] = Math.max(plane[i], value);
    });
  return plane;
}

/** Bright specks and short fibres, as dust and cell remains make them. @param {Random} random */
function addDebris(random, plane, { width, height }, amount) {
  const dot = (cx, cy, r, value) => {
    for (let y = Math.max(0, Math.floor(cy - r)); y <= Math.min(height - 1, cy + r); y++)
      for (let x = Math.max(0, Math.floor(cx - r)); x <= Math.min(width - 1, cx + r); x++)
        if ((x - cx) ** 2 + (y - cy) ** 2 <= r * r)
          plane[y * width + x] = Math.max(plane[y * width + x], value);
  };
  for (let n = 0; n < amount; n++)
    dot(
      random.uniform(0, width),
      random.uniform(0, height),
      random.uniform(0.8, 2.8),
      random.uniform(0.8, 2.2),
    );
  for (let n = 0; n < amount / 6; n++) {
    let [x, y] = [random.uniform(0, width), random.uniform(0, height)];
    let direction = random.uniform(0, 2 * Math.PI);
    const value = random.uniform(0.5, 1);
    for (let step = 0; step < random.uniform(25, 60); step++) {
      dot(x, y, 0.9, value);
      direction += random.normal() * 0.12;
      [x, y] = [x + Math.cos(direction), y + Math.sin(direction)];
    }
  }
}

/** Light that falls off across the field and towards its rim; its mean is about 1. @param {Random} random */
export function illumination(random, { width, height }, ratio) {
  const direction = random.uniform(0, 2 * Math.PI);
  const [cx, cy] = [random.uniform(0.3, 0.7) * width, random.uniform(0.3, 0.7) * height];
  const [dx, dy] = [Math.cos(direction), Math.sin(direction)];
  const side = (Math.abs(dx) * width + Math.abs(dy) * height) / 2;
  const diagonal = (width * width + height * height) / 4;
  return Float64Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const along = ((x - width / 2) * dx + (y - height / 2) * dy) / side;
    const fromCentre = ((x - cx) ** 2 + (y - cy) ** 2) / diagonal;
    return Math.exp((along * Math.log(ratio)) / 2) * (1 - 0.22 * fromCentre);
  });
}

/** Photons counted where `mean` are expected. Above 50 the normal distribution is as good. @param {Random} random */
function countPhotons(random, mean) {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let [count, product] = [0, random.next()];
  while (product > limit) [count, product] = [count + 1, product * random.next()];
  return count;
}

/**
 * A picture of the nuclei in 0 … 1 of the camera's range.
 * @param {Random} random
 * @returns {Float64Array} Row-major, one value a pixel.
 */
export function takePicture(random, { nuclei, outOfFocus, size, optics }) {
  const { lightRatio, background, haze, blurSigma, photons, debris } = optics;
  const sharp = stain(random, nuclei, size);
  addDebris(random, sharp, size, debris);
  // The objective collects light from cells above and below the plane in focus too.
  const hazy = blur(stain(random, outOfFocus, size), size, 9);
  const cloudy = smoothNoise(random, size, 22);
  const inFocus = blur(sharp, size, blurSigma);
  const light = illumination(random, size, lightRatio);
  const fullScale = 2.1 * Math.sqrt(lightRatio);
  return inFocus.map((value, i) => {
    const level = light[i] * (background * (1 + 0.18 * cloudy[i]) + value * 0.85 + haze * hazy[i]);
    const counted = countPhotons(random, photons * Math.max(0, level)) + 2.5 * random.normal();
    return Math.min(1, Math.max(0, (counted / photons) * (0.9 / fullScale) + 0.03));
  });
}
