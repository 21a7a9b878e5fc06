/** Nodes and constants of an ONNX graph, one after the other; images are [N, C, H, W]. */
import type { Attribute, OnnxConstant, OnnxNode } from './model-proto.js';

export class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  private readonly known = new Map<string, string>();

  /** @param output what the node and its result are called; without one it is numbered. */
  add(
    kind: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `${kind.toLowerCase()}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ kind, output, inputs, attributes });
    return output;
  }

  constant(name: string, shape: readonly number[], data: OnnxConstant['data']): string {
    this.constants.push({ name, shape, data });
    return name;
  }

  /** A number that goes with every pixel. */
  float(value: number): string {
    return this.once(`float ${value}`, () => this.constant(`float_${value}`, [], Float32Array.of(value)));
  }

  /** Whole numbers: a scalar, or a vector of a list. */
  integers(values: number | readonly number[]): string {
    const [list, shape] = typeof values === 'number' ? [[values], []] : [values, [values.length]];
    return this.once(`integers ${shape.length} ${list.join()}`, () =>
      this.constant(`integers_${this.constants.length}`, shape, BigInt64Array.from(list, BigInt)),
    );
  }

  private once(key: string, make: () => string): string {
    const found = this.known.get(key) ?? make();
    this.known.set(key, found);
    return found;
  }
}
