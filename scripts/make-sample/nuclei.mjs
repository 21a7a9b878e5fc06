/** Where things are in a made picture: nuclei that touch, with exact outlines, and the debris between them. */

/**
 * @typedef {import('../../src-main/shared/random.ts').Random} Random
 * @typedef {object} Nucleus
 * @property {number} x Centre, in pixels.
 * @property {number} y
 * @property {number} radius Mean radius, in pixels.
 * @property {number} stretch Long axis over short axis.
 * @property {number} angle Of the long axis, in radians.
 * @property {number[]} waves Amplitudes and phases of the outline's second to fourth harmonic.
 * @property {number} brightness Stain, 1 is usual.
 * @property {number[]} spots Nucleoli: x, y, radius each, in units of the radius.
 */

/** The outline's radius in a direction of the nucleus' own frame, in units of its mean radius. */
function outlineAt({ waves }, direction) {
  let r = 1;
  for (let k = 0; k < 3; k++) r += waves[2 * k] * Math.cos((k + 2) * direction + waves[2 * k + 1]);
  return r;
}

/** Distance from the centre in units of the outline there: below 1 is inside. Also the position in the own frame. */
export function insideAt(nucleus, x, y) {
  const { angle, stretch, radius } = nucleus;
  const [dx, dy] = [x - nucleus.x, y - nucleus.y];
  const root = Math.sqrt(stretch);
  const u = (Math.cos(angle) * dx + Math.sin(angle) * dy) / (radius * root);
  const v = ((Math.cos(angle) * dy - Math.sin(angle) * dx) * root) / radius;
  const distance = Math.sqrt(u * u + v * v);
  return { depth: distance / outlineAt(nucleus, Math.atan2(v, u)), u, v };
}

/** @param {Random} random @returns {Nucleus} */
function nucleusAt(random, x, y, meanRadius) {
  const waves = [0.06, 0.045, 0.03].flatMap((size) => [
    size * random.uniform(0.2, 1),
    random.uniform(0, 2 * Math.PI),
  ]);
  const spots = Array.from({ length: 1 + random.integer(3) }, () => [
    random.uniform(-0.5, 0.5),
    random.uniform(-0.5, 0.5),
    random.uniform(0.12, 0.22),
  ]).flat();
  return {
    x,
    y,
    radius: meanRadius * random.uniform(0.75, 1.25),
    stretch: random.uniform(1, 1.6),
    angle: random.uniform(0, Math.PI),
    waves,
    brightness: random.uniform(0.7, 1.35),
    spots,
  };
}

/**
 * Colonies: each nucleus but a colony's first lies against one that is there already, touching but not covering it.
 * @param {Random} random
 * @returns {Nucleus[]}
 */
export function placeNuclei(random, { width, height, colonies, perColony, radius }) {
  const nuclei = [];
  for (let c = 0; c < colonies; c++) {
    let [x, y] = [random.uniform(0, width), random.uniform(0, height)];
    const colony = [];
    for (let tries = 0; colony.length < perColony && tries < perColony * 12; tries++) {
      const next = nucleusAt(random, x, y, radius);
      if (nuclei.every((other) => distanceOf(next, other) > 0.94 * (next.radius + other.radius))) {
        nuclei.push(next);
        colony.push(next);
      }
      if (!colony.length) {
        [x, y] = [random.uniform(0, width), random.uniform(0, height)];
        continue;
      }
      const parent = colony[random.integer(colony.length)];
      const direction = random.uniform(0, 2 * Math.PI);
      const reach = parent.radius + radius * random.uniform(0.85, 1.25);
      [x, y] = [parent.x + reach * Math.cos(direction), parent.y + reach * Math.sin(direction)];
    }
  }
  return nuclei;
}

const distanceOf = (a, b) => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);

/** Calls `paint(index, { depth, u, v })` for the pixels whose centre is in the nucleus. */
export function forPixelsOf(nucleus, { width, height }, paint) {
  const reach = nucleus.radius * Math.sqrt(nucleus.stretch) * 1.25;
  for (let y = Math.max(0, Math.floor(nucleus.y - reach)); y < Math.min(height, nucleus.y + reach); y++)
    for (let x = Math.max(0, Math.floor(nucleus.x - reach)); x < Math.min(width, nucleus.x + reach); x++) {
      const where = insideAt(nucleus, x, y);
      if (where.depth < 1) paint(y * width + x, where);
    }
}
