/** Where things are in a picture of the synthetic set: bodies that touch, and threads that wind between and under them. */

/**
 * @typedef {import('../../src-main/shared/random.ts').Random} Random
 * @typedef {{ width: number, height: number }} Size
 * @typedef {object} Body
 * @property {number} x Centre, px.
 * @property {number} y
 * @property {number} long Half of the long axis, px.
 * @property {number} short Half of the short axis, px.
 * @property {number} angle Of the long axis, radians.
 * @property {number} power Of the outline |u|ⁿ + |v|ⁿ = 1: 2 is an ellipse, larger ones are boxes with round corners.
 * @property {number} stripe Wavelength of its stripes, px.
 * @property {number} turn Direction of its stripes, radians.
 * @property {number} shade Brightness of the whole body, around 0.
 */

export const GROUND = 1;
export const BODY = 2;
export const THREAD = 3;

/** 0 in the centre of a body, 1 on its outline. @param {Body} body @param {number} x @param {number} y */
export function depthIn(body, x, y) {
  const [dx, dy] = [x - body.x, y - body.y];
  const u = Math.abs(Math.cos(body.angle) * dx + Math.sin(body.angle) * dy) / body.long;
  const v = Math.abs(Math.cos(body.angle) * dy - Math.sin(body.angle) * dx) / body.short;
  return (u ** body.power + v ** body.power) ** (1 / body.power);
}

/** @param {Random} random @param {{ x: number, y: number }} at @returns {Body} */
function bodyAt(random, { x, y }) {
  const short = random.uniform(9, 17);
  return {
    ...{ x, y, short, long: short * random.uniform(1, 2.1), angle: random.uniform(0, Math.PI) },
    ...{ power: random.uniform(2, 4), stripe: random.uniform(3.5, 5.5), turn: random.uniform(0, Math.PI) },
    shade: random.uniform(-0.12, 0.12),
  };
}

/** Bodies are crowded until new ones find no room: they touch and push into each other, the later one below. @param {Random} random @param {Size} size @returns {Body[]} */
export function placeBodies(random, { width, height }) {
  /** @type {Body[]} */
  const bodies = [];
  const wanted = Math.round(((width * height) / 65_536) * random.uniform(16, 26));
  for (let tries = 0; bodies.length < wanted && tries < 40 * wanted; tries++) {
    const near = bodies.length && random.chance(0.6) ? bodies[random.integer(bodies.length)] : null;
    const way = random.uniform(0, 2 * Math.PI);
    const reach = near ? random.uniform(1.5, 2.6) * near.short : 0;
    const at = near
      ? { x: near.x + Math.cos(way) * reach, y: near.y + Math.sin(way) * reach }
      : { x: random.uniform(0, width), y: random.uniform(0, height) };
    const body = bodyAt(random, at);
    if (at.x < 0 || at.y < 0 || at.x > width || at.y > height) continue;
    if (
      bodies.every((other) => depthIn(other, body.x, body.y) > 1.45 && depthIn(body, other.x, other.y) > 1.45)
    )
      bodies.push(body);
  }
  return bodies;
}

/** Points along winding lines, one each half px. @param {Random} random @param {Size} size @returns {{ x: number, y: number, radius: number }[][]} */
export function placeThreads(random, { width, height }) {
  const count = 4 + random.integer(5);
  return Array.from({ length: count }, () => {
    let [x, y] = [random.uniform(0, width), random.uniform(0, height)];
    let way = random.uniform(0, 2 * Math.PI);
    let bend = 0;
    const radius = random.uniform(1, 2.2);
    const points = [];
    const length = random.uniform(120, 420);
    for (let step = 0; step < length * 2; step++) {
      points.push({ x, y, radius });
      bend = 0.96 * bend + 0.006 * random.normal();
      way += bend;
      [x, y] = [x + Math.cos(way) / 2, y + Math.sin(way) / 2];
    }
    return points;
  });
}
