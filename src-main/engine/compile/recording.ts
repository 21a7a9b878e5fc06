/** What is put into graphs while they are made: for benchmarks, profiles and tests. */
import { backend, type Attribute, type GraphHandle, type GraphOutput, type Place } from '../tensorflow.js';

/** An operation of a graph; a constant is one of type Const with `values`. */
export interface RecordedOperation {
  type: string;
  attributes: readonly Attribute[];
  inputs: readonly (Place | { list: number[] })[];
  /** Operations that must have run. */
  before: readonly number[];
  outputs: readonly GraphOutput[];
  values?: ArrayLike<number>;
}

/** A function as TensorFlow was given it: `body` numbers those of `operations` that are in it. */
export interface RecordedFunction {
  name: string;
  operations: readonly RecordedOperation[];
  body: readonly number[];
  /** [operation, output, operation, output …] */
  inputs: readonly number[];
  outputs: readonly number[];
  effects: readonly number[];
}

/** Runs `work` and tells which functions it made, in their order. */
export function recordFunctions(work: () => void): RecordedFunction[] {
  const { binding } = backend;
  const { addOperation, addConstant, setShape, addFunction } = binding;
  if (!addOperation || !addConstant || !setShape || !addFunction) return (work(), []);
  const graphs = new Map<GraphHandle, RecordedOperation[]>();
  const functions: RecordedFunction[] = [];
  const add = (graph: GraphHandle, operation: RecordedOperation): GraphOutput[] => {
    const known = graphs.get(graph);
    if (known) known.push(operation);
    else graphs.set(graph, [operation]);
    return [...operation.outputs];
  };
  const own: Partial<typeof binding> = {
    addOperation: (graph, type, name, attributes, inputs, before) => {
      const outputs = addOperation(graph, type, name, attributes, inputs, before);
      return add(graph, { type, attributes, inputs, before, outputs });
    },
    addConstant: (graph, name, dtype, shape, values) => {
      const outputs = addConstant(graph, name, dtype, shape, values);
      return add(graph, { type: 'Const', attributes: [], inputs: [], before: [], outputs, values });
    },
    setShape: (graph, [operation, output], shape) => {
      setShape(graph, [operation, output], shape);
      graphs.get(graph)![operation]!.outputs[output]!.shape = shape;
    },
    addFunction: (graph, name, body, inputs, outputs, effects) => {
      addFunction(graph, name, body, inputs, outputs, effects);
      functions.push({ name, operations: graphs.get(graph) ?? [], body, inputs, outputs, effects });
    },
  };
  const properties = Object.entries(own).map(([name, value]) => [name, { value }]);
  backend.binding = Object.create(
    binding,
    Object.fromEntries(properties) as PropertyDescriptorMap,
  ) as typeof binding;
  try {
    work();
  } finally {
    backend.binding = binding;
  }
  return functions;
}

/**
 * Multiplications and additions, each as one operation, of a function's convolutions and products of matrices; all else in
 * a network is a few per cent of them.
 */
export function arithmeticOf({ operations, body }: RecordedFunction): number {
  const shapeOf = (input: Place | { list: number[] }): number[] => {
    if ('list' in input) return [];
    return operations[input[0]]!.outputs[input[1]]!.shape ?? [];
  };
  return body.reduce((sum, index) => {
    const { type, inputs, outputs } = operations[index]!;
    const shapes = ARITHMETIC[type]?.(inputs.map(shapeOf), outputs[0]!.shape ?? []);
    return sum + (shapes ? 2 * product(shapes.flat()) : 0);
  }, 0);
}

const product = (sides: readonly number[]): number => sides.reduce((whole, side) => whole * side, 1);

/** Shapes whose product is the number of multiplications, from those of inputs and output. Filters are [H,W,from,to]. */
const ARITHMETIC: Record<string, (inputs: number[][], output: number[]) => number[][]> = {
  MatMul: ([a = []], output) => [output, [product(a) / output[0]!]],
  Conv2D: ([, filter = []], output) => [filter.slice(0, 3), output],
  Conv2DBackpropInput: ([, filter = [], dy = []]) => [filter.slice(0, 3), dy],
  Conv2DBackpropFilter: ([, , dy = []], filter) => [filter.slice(0, 3), dy],
  // Of a depthwise convolution each channel sees one channel only.
  DepthwiseConv2dNative: ([, filter = []], output) => [filter.slice(0, 2), output],
  DepthwiseConv2dNativeBackpropInput: ([, filter = [], dy = []]) => [filter.slice(0, 2), dy],
  DepthwiseConv2dNativeBackpropFilter: ([, , dy = []], filter) => [filter.slice(0, 2), dy],
};
