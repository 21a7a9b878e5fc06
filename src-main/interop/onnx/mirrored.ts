/**
 * Borders mirrored without their edge pixel, however far: ONNX' `Pad` refuses to mirror more than an image has. Rows and
 * columns are gathered by indices that the graph computes from the image's size.
 */
import type { GraphWriter } from './graph-writer.js';

export class Mirrored {
  private readonly indices = new Map<string, string>();

  /** @param image [N, C, H, W] of the size that all have that are given later. */
  constructor(
    private readonly graph: GraphWriter,
    private readonly image: string,
  ) {}

  /** [N, C, H, W] → [N, C, H + 2 · pixels, W], of axis 3 the columns. */
  along(x: string, axis: 2 | 3, pixels: number): string {
    return this.graph.add('Gather', [x, this.indicesFor(axis, pixels)], { axis });
  }

  around(x: string, pixels: number): string {
    return this.along(this.along(x, 2, pixels), 3, pixels);
  }

  private indicesFor(axis: number, pixels: number): string {
    const key = `${axis} ${pixels}`;
    let known = this.indices.get(key);
    if (!known) this.indices.set(key, (known = this.mirroredIndices(axis, pixels)));
    return known;
  }

  /** min(m, p − m) of m = i mod p, p = 2 · (side − 1), for −pixels ≤ i < side + pixels. */
  private mirroredIndices(axis: number, pixels: number): string {
    const { graph } = this;
    const side = graph.add('Gather', [graph.add('Shape', [this.image]), graph.integers(axis)], { axis: 0 });
    const twice = graph.add('Sub', [graph.add('Add', [side, side]), graph.integers(2)]);
    // One pixel is its own mirror image.
    const period = graph.add('Max', [twice, graph.integers(1)]);
    const end = graph.add('Add', [side, graph.integers(pixels)]);
    const all = graph.add('Range', [graph.integers(-pixels), end, graph.integers(1)]);
    const wrapped = graph.add('Mod', [all, period]);
    return graph.add('Min', [wrapped, graph.add('Sub', [period, wrapped])]);
  }
}
