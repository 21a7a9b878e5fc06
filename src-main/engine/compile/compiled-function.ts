/**
 * A function of tfjs that runs as one TensorFlow graph: traced once for each shape of its inputs, then called.
 *
 * It must depend on its inputs and on variables of tfjs alone: whatever else it reads (numbers, fields of layers, small
 * tensors made outside) stays as it was when it was traced.
 */
import { messageOf } from '../../shared/errors.js';
import {
  backend,
  type Attribute,
  type GraphFunctions,
  type Handle,
  type Tensor,
  type Variable,
} from '../tensorflow.js';
import type { DeviceVariables } from './device-variables.js';
import type { Precision } from './precision.js';
import { traceFunction, type InputKind } from './trace.js';
import { Untraceable } from './untraceable.js';

/** A function that TensorFlow knows by its name. */
export interface Callable {
  name: string;
  outputs: number;
  /** Configurations still to be tried, the one in use first. */
  configs: string[];
  /** Has run at least once. */
  proven: boolean;
  /** Compiled by XLA as a whole. */
  xla: boolean;
}

/** How TensorFlow is to compute a function. */
export interface Computation {
  /** Compiled by XLA as a whole, rather than operation by operation of the graph. */
  xla: boolean;
  precision: Precision;
}

export const callable = (name: string, outputs: number, xla = false): Callable => ({
  name,
  outputs,
  configs: [...CONFIGS],
  proven: false,
  xla,
});

interface Compiled extends Callable {
  variables: Variable[];
  written: Variable[];
}

/**
 * What TensorFlow may do to a function's graph (a ConfigProto); without one it does nothing. The second leaves out its
 * remapper, which fuses some activations that no kernel computes. Bytes over 127 would not pass through the addon.
 */
const CONFIGS = ['\x52\x02\x52\x00', '\x52\x04\x52\x02\x70\x02'];

let made = 0;

export class CompiledFunction {
  private readonly byShapes = new Map<string, Compiled>();

  constructor(
    private readonly addon: GraphFunctions,
    private readonly variables: DeviceVariables,
    private readonly work: (inputs: Tensor[]) => Tensor[],
    private readonly computation: Computation = { xla: false, precision: 'float32' },
  ) {}

  /** Functions traced so far: one for each set of input shapes. */
  get traced(): number {
    return this.byShapes.size;
  }

  /** Whether these shapes have their graph already. */
  has(inputs: readonly Tensor[]): boolean {
    return this.byShapes.has(keyOf(inputs));
  }

  /** @returns new tensors; the caller disposes them. @throws Untraceable at the first call with these shapes. */
  call(inputs: readonly Tensor[]): Tensor[] {
    const compiled = this.compiledFor(inputs);
    const given = [
      ...backend.getInputTensorIds([...inputs]),
      ...this.variables.handlesOf(compiled.variables),
    ];
    const handles = execute(compiled, given);
    this.variables.wereWritten(compiled.written);
    return handles.map((handle) => backend.createOutputTensor(handle));
  }

  /** Forgets the graphs; the next call traces anew. */
  dispose(): void {
    for (const { name } of this.byShapes.values()) this.addon.removeFunction(name);
    this.byShapes.clear();
  }

  private compiledFor(inputs: readonly Tensor[]): Compiled {
    const key = keyOf(inputs);
    let compiled = this.byShapes.get(key);
    if (!compiled) {
      compiled = this.compile(inputs.map(kindOf));
      this.byShapes.set(key, compiled);
    }
    return compiled;
  }

  private compile(kinds: InputKind[]): Compiled {
    const { xla, precision } = this.computation;
    const name = `compiled_function_${++made}`;
    const { graph, inputs, captured, outputs, effects } = traceFunction(
      this.addon,
      this.work,
      kinds,
      precision,
    );
    try {
      graph.toFunction(name, [...inputs, ...captured.map(({ handle }) => handle)], outputs, effects);
    } catch (error) {
      throw new Untraceable(`TensorFlow makes no function of it (${messageOf(error)})`, { cause: error });
    }
    return {
      ...callable(name, outputs.length, xla),
      variables: captured.map(({ variable }) => variable),
      written: captured.filter(({ written }) => written).map(({ variable }) => variable),
    };
  }
}

const keyOf = (inputs: readonly Tensor[]): string =>
  inputs.map(({ dtype, shape }) => `${dtype} ${shape.join('×')}`).join('; ');

/** TensorFlow prepares a function when it is first called: what it cannot run it refuses before anything is written. */
export function execute(compiled: Callable, inputs: number[]): Handle[] {
  const { binding } = backend;
  for (;;) {
    const value = compiled.configs[0]!;
    const attributes: Attribute[] = [{ name: 'config_proto', type: binding.TF_ATTR_STRING, value }];
    if (compiled.xla) attributes.push({ name: '_XlaMustCompile', type: binding.TF_ATTR_BOOL, value: true });
    try {
      const handles = binding.executeOp(compiled.name, attributes, inputs, compiled.outputs);
      compiled.configs = [value];
      compiled.proven = true;
      return handles;
    } catch (error) {
      if (compiled.proven) throw error;
      compiled.configs.shift();
      if (compiled.configs.length === 0)
        throw new Untraceable(`TensorFlow cannot run it (${messageOf(error)})`, { cause: error });
    }
  }
}

function kindOf({ dtype, shape }: Tensor): InputKind {
  const { TF_FLOAT, TF_INT32, TF_BOOL } = backend.binding;
  return { dtype: dtype === 'float32' ? TF_FLOAT : dtype === 'int32' ? TF_INT32 : TF_BOOL, shape };
}
