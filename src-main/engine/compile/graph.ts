/** A TensorFlow graph under construction, operation by operation; TensorFlow infers the shapes. */
import { backend, type Attribute, type GraphFunctions, type Place, type TypedArray } from '../tensorflow.js';
import { readOperationDefinition, type OperationDefinition } from './operation-definition.js';

/** A tensor of a graph. */
export interface Value {
  place: Place;
  dtype: number;
  shape: number[];
}

/** Constants up to this size are kept once, however often they are used. */
const SHARED_CONSTANT_BYTES = 4096;

/** The addon's functions for graphs, or null where it was compiled without them. */
export const graphFunctions = (): GraphFunctions | null => {
  const { binding } = backend;
  return binding.createGraph ? (binding as GraphFunctions) : null;
};

export class Graph {
  private readonly handle;
  private readonly definitions = new Map<string, OperationDefinition>();
  private readonly constants = new Map<string, Value>();
  private readonly constantIndices = new Set<number>();
  /** Of each operation, those that it needs. */
  private readonly needs: number[][] = [];

  constructor(private readonly addon: GraphFunctions) {
    this.handle = addon.createGraph();
  }

  /**
   * @param attributes as tfjs gives them; those that TensorFlow does not know are left out, as eager execution does.
   * @param before operations that must have run.
   * @throws Error when TensorFlow refuses the operation or cannot tell the shape of what it gives.
   */
  add(
    type: string,
    attributes: readonly Attribute[],
    inputs: readonly Value[],
    before: number[] = [],
  ): Value[] {
    const definition = this.definitionOf(type);
    const index = this.needs.length;
    const outputs = this.addon.addOperation(
      this.handle,
      type,
      `${type}_${index}`,
      attributes.filter(({ name }) => definition.attributes.has(name)),
      asArguments(
        definition,
        inputs.map(({ place }) => place),
      ),
      before,
    );
    this.needs.push([...inputs.map(({ place }) => place[0]), ...before]);
    return outputs.map(({ dtype, shape }, output) => ({
      place: [index, output] as const,
      dtype,
      // What is unknown is found by who uses it: many operations give tensors that nobody takes.
      shape: shape ?? [-1],
    }));
  }

  /** An operation without outputs. @returns its number. */
  addEffect(
    type: string,
    attributes: readonly Attribute[],
    inputs: readonly Value[],
    before: number[],
  ): number {
    this.add(type, attributes, inputs, before);
    return this.needs.length - 1;
  }

  constant(dtype: number, shape: number[], values: TypedArray): Value {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const key =
      bytes.length <= SHARED_CONSTANT_BYTES ? `${dtype} ${shape.join('×')} ${bytes.toString('latin1')}` : '';
    const known = key && this.constants.get(key);
    if (known) return known;
    const index = this.needs.length;
    this.addon.addConstant(this.handle, `Const_${index}`, dtype, shape, values);
    this.constantIndices.add(index);
    this.needs.push([]);
    const value: Value = { place: [index, 0], dtype, shape: [...shape] };
    if (key) this.constants.set(key, value);
    return value;
  }

  isConstant({ place }: Value): boolean {
    return this.constantIndices.has(place[0]);
  }

  /** Of each of `count` inputs of such an operation the attribute that is its type. */
  inputTypes(type: string, count: number): (string | null)[] {
    const { lists, types } = this.definitionOf(type);
    const inList = count - lists.filter((list) => !list).length;
    return lists.flatMap((list, i) => Array.from({ length: list ? inList : 1 }, () => types[i]!));
  }

  /** What the function is given. */
  input(dtype: number, shape: number[]): Value {
    const { TF_ATTR_SHAPE, TF_ATTR_TYPE } = backend.binding;
    const [value] = this.add(
      'Placeholder',
      [
        { name: 'dtype', type: TF_ATTR_TYPE, value: dtype },
        { name: 'shape', type: TF_ATTR_SHAPE, value: shape },
      ],
      [],
    );
    return value!;
  }

  /** Tells TensorFlow a shape that it cannot infer. */
  withShape(value: Value, shape: number[]): Value {
    this.addon.setShape(this.handle, value.place, shape);
    return { ...value, shape: [...shape] };
  }

  /** Makes a function of what `outputs` and `effects` need. @returns the number of its operations. */
  toFunction(name: string, inputs: readonly Value[], outputs: readonly Value[], effects: number[]): number {
    const given = new Set(inputs.map(({ place }) => place[0]));
    const body = this.neededBy([...outputs.map(({ place }) => place[0]), ...effects]).filter(
      (index) => !given.has(index),
    );
    const places = (values: readonly Value[]) => values.flatMap(({ place }) => [...place]);
    this.addon.addFunction(this.handle, name, body, places(inputs), places(outputs), effects);
    return body.length;
  }

  private neededBy(roots: number[]): number[] {
    const seen = new Set<number>();
    for (const open = [...roots]; open.length > 0;) {
      const index = open.pop()!;
      if (seen.has(index)) continue;
      seen.add(index);
      open.push(...this.needs[index]!);
    }
    return [...seen].sort((a, b) => a - b);
  }

  private definitionOf(type: string): OperationDefinition {
    let known = this.definitions.get(type);
    if (!known) {
      known = readOperationDefinition(this.addon.describeOperation(this.handle, type));
      this.definitions.set(type, known);
    }
    return known;
  }
}

/** Eager execution takes inputs one after the other; a graph wants those of a list together. */
function asArguments(
  { lists }: OperationDefinition,
  places: readonly Place[],
): (Place | { list: number[] })[] {
  const inList = places.length - lists.filter((list) => !list).length;
  let at = 0;
  return lists.map((list) =>
    list ? { list: places.slice(at, (at += inList)).flatMap((place) => [...place]) } : places[at++]!,
  );
}
