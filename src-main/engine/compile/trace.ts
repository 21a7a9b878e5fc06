/**
 * Runs a function of tfjs once without computing anything: every operation that it asks of TensorFlow becomes an operation
 * of a graph. The tracer stands in for the addon (`backend.binding`), below tfjs's tensors, so that it sees the operations
 * that are executed and nothing else: layers, losses, gradients and optimisers are ordinary tfjs.
 */
import { messageOf } from '../../shared/errors.js';
import {
  backend,
  tf,
  type Attribute,
  type GraphFunctions,
  type Handle,
  type NodeBinding,
  type Tensor,
  type TypedArray,
  type Variable,
} from '../tensorflow.js';
import { Graph, type Value } from './graph.js';
import { MixedPrecision, type Precision } from './precision.js';
import { TracedVariable } from './traced-variable.js';
import { Untraceable } from './untraceable.js';

/** What a function is given; dtype as TensorFlow numbers it. */
export interface InputKind {
  dtype: number;
  shape: number[];
}

export interface Traced {
  graph: Graph;
  inputs: Value[];
  /** The variables that are read or written, and the graph's inputs that stand for them. */
  captured: { variable: Variable; handle: Value; written: boolean }[];
  outputs: Value[];
  /** Operations that write variables. */
  effects: number[];
}

let current: Trace | null = null;

/** The trace under way, for operations that do in a graph what tfjs has no words for. */
export const traceUnderWay = (): Trace | null => current;

/**
 * @param work is called with tensors that have no values. Variables that it assigns have their values back afterwards.
 * @throws Untraceable that names the operation: one that TensorFlow refuses, or whose value is read.
 */
export function traceFunction(
  addon: GraphFunctions,
  work: (inputs: Tensor[]) => Tensor[],
  inputs: readonly InputKind[],
  precision: Precision = 'float32',
): Traced {
  if (current) throw new Untraceable('a function that is being traced traces another one');
  const { binding } = backend;
  const trace = new Trace(addon, binding, precision);
  let traced: Traced | undefined;
  current = trace;
  try {
    // Not returned by `tidy`, which would keep the tensors in it.
    tf.tidy(() => void (traced = trace.run(work, inputs)));
    return traced!;
  } catch (error) {
    if (error instanceof Untraceable) throw error;
    throw new Untraceable(messageOf(error), { cause: error });
  } finally {
    backend.binding = binding;
    current = null;
  }
}

export class Trace {
  readonly graph: Graph;
  private readonly mixed: MixedPrecision;
  /** By the number that stands for a handle in tfjs; negative, because tfjs lets those alone when it frees memory. */
  private readonly values = new Map<number, () => Value>();
  private readonly constants = new Map<number, TypedArray>();
  private readonly producers = new Map<number, string>();
  private readonly effects: number[] = [];
  private variables = new Map<Variable, TracedVariable>();
  private nextId = -2;

  constructor(
    addon: GraphFunctions,
    private readonly binding: NodeBinding,
    precision: Precision,
  ) {
    this.graph = new Graph(addon);
    this.mixed = new MixedPrecision(this.graph, precision);
  }

  run(work: (inputs: Tensor[]) => Tensor[], kinds: readonly InputKind[]): Traced {
    const registered = registeredVariables();
    // A second hold on the values, because assigning lets go of them.
    const kept = registered.map((variable) => variable.clone());
    backend.binding = this.standIn();
    try {
      for (const variable of registered) {
        const traced = new TracedVariable(variable, this.graph);
        this.variables.set(variable, traced);
        this.hold(traced);
      }
      const inputs = kinds.map(({ dtype, shape }) => this.graph.input(dtype, shape));
      const results = work(inputs.map((value) => this.tensorOf(() => value, value)));
      // A value that is an input as it came could not be an output of a function.
      const outputs = results.map((tensor) => this.graph.add('Identity', [], [this.valueOf(tensor)])[0]!);
      for (const variable of registeredVariables())
        if (!this.variables.has(variable))
          throw new Untraceable(`the variable ${variable.name} is made in it and must be made before`);
      for (const traced of this.variables.values()) this.writeBack(traced);
      const captured = [...this.variables.values()].filter((traced) => traced.used);
      return { graph: this.graph, inputs, outputs, effects: this.effects, captured };
    } finally {
      registered.forEach((variable, i) => variable.assign(kept[i]!));
    }
  }

  /**
   * An operation that changes variables where they lie, such as ResourceApplyAdam.
   * @param changed the operation's first inputs. @param others its other inputs.
   */
  inPlace(
    type: string,
    attributes: readonly Attribute[],
    changed: readonly Variable[],
    others: readonly Tensor[],
  ): void {
    const states = changed.map((variable) => this.variables.get(variable)!);
    for (const state of states) this.writeBack(state);
    const inputs = [...states.map(({ handle }) => handle), ...others.map((tensor) => this.valueOf(tensor))];
    const effect = this.graph.addEffect(
      type,
      attributes,
      inputs,
      states.flatMap((state) => state.before),
    );
    this.effects.push(effect);
    for (const state of states) {
      state.writtenBy(effect);
      this.hold(state);
    }
  }

  /** Puts a tensor into the variable that stands for what it holds from now on; read only if somebody takes it. */
  private hold(traced: TracedVariable): void {
    const { variable } = traced;
    const stand = this.tensorOf(traced.reader(), { dtype: dtypeOf(variable), shape: variable.shape });
    variable.assign(stand);
    traced.held = variable.dataId;
  }

  /** What was assigned to a variable since it was last read or written becomes an operation. */
  private writeBack(traced: TracedVariable): void {
    const { variable } = traced;
    if (variable.dataId === traced.held) return;
    const effect = this.graph.addEffect(
      'AssignVariableOp',
      [{ name: 'dtype', type: backend.binding.TF_ATTR_TYPE, value: dtypeOf(variable) }],
      [traced.handle, this.valueOf(variable)],
      traced.before,
    );
    this.effects.push(effect);
    traced.writtenBy(effect);
    traced.held = variable.dataId;
  }

  private valueOf(tensor: Tensor): Value {
    return this.mixed.full(this.valueAt(backend.getInputTensorIds([tensor])[0]!, 'the result'));
  }

  private valueAt(id: number, user: string): Value {
    const known = this.values.get(id);
    if (known) return known();
    const value = this.kept(id, user);
    this.values.set(id, () => value);
    return value;
  }

  /** A tensor from outside, which nothing can change: a small one is a constant, a large one must be an input. */
  private kept(id: number, user: string): Value {
    const [same] = this.binding.executeOp('Identity', [], [id], 1);
    const { dtype, shape } = same!;
    const size = shape.reduce((product, side) => product * side, 1);
    try {
      if (size > LARGEST_KEPT)
        throw new Untraceable(
          `${user} takes a tensor [${shape.join(', ')}] that was made outside and is neither input nor variable`,
        );
      return this.graph.constant(dtype, shape, this.binding.tensorDataSync(same!.id));
    } finally {
      this.binding.deleteTensor(same!.id);
    }
  }

  /** A tensor of tfjs that stands for a value of the graph. */
  private tensorOf(value: () => Value, { dtype, shape }: { dtype: number; shape: number[] }): Tensor {
    return backend.createOutputTensor({ id: this.remember(value), dtype, shape });
  }

  private remember(value: () => Value): number {
    const id = this.nextId--;
    this.values.set(id, value);
    return id;
  }

  private standIn(): NodeBinding {
    const replaced: Partial<NodeBinding> = {
      createTensor: (shape, dtype, values) => {
        // A real one too: tfjs uploads late, and a tensor from before the trace must live on after it.
        const id = this.binding.createTensor(shape, dtype, values);
        if (!ArrayBuffer.isView(values)) throw new Untraceable('it makes a tensor of texts');
        // A copy: who made the tensor may use the memory again.
        const data = values.slice();
        this.values.set(id, () => this.graph.constant(dtype, shape, data));
        this.constants.set(id, data);
        return id;
      },
      executeOp: (type, attributes, inputs) => this.execute(type, attributes, inputs),
      tensorDataSync: (id) => {
        const data = this.constants.get(id);
        if (data) return data.slice();
        throw new Untraceable(`it reads the value of ${this.producers.get(id) ?? 'an input'}`);
      },
      deleteTensor: (id) => {
        if (id >= 0) this.binding.deleteTensor(id);
      },
    };
    const refuse = (name: string) => () => {
      throw new Untraceable(`it calls ${name}`);
    };
    const refused = Object.fromEntries(
      ['runSavedModel', 'addFunction', 'removeFunction'].map((name) => [name, { value: refuse(name) }]),
    );
    const own = Object.fromEntries(Object.entries(replaced).map(([name, value]) => [name, { value }]));
    return Object.create(this.binding, { ...refused, ...own }) as NodeBinding;
  }

  private execute(type: string, attributes: Attribute[], inputs: number[]): Handle[] {
    const values = inputs.map((id) => this.valueAt(id, type));
    let outputs: Value[];
    try {
      outputs = this.mixed.add(type, attributes, values);
    } catch (error) {
      throw new Untraceable(`TensorFlow refuses ${type} (${messageOf(error)})`, { cause: error });
    }
    return outputs.map((value, output) => {
      if (value.shape.some((side) => side < 0) && !isScratch(type, output))
        throw new Untraceable(`the size of what ${type} gives depends on values`);
      const id = this.remember(() => value);
      this.producers.set(id, type);
      return { id, dtype: this.mixed.typeFor(value), shape: value.shape.map((side) => Math.max(0, side)) };
    });
  }
}

/** Values of a tensor from outside that becomes a constant: an optimiser's learning rate, a class's weight. */
const LARGEST_KEPT = 256;

/** Memory that a kernel leaves to its own gradient: of no certain size, and nobody looks at it. */
const isScratch = (type: string, output: number): boolean => type === 'FusedBatchNormV3' && output === 5;

const registeredVariables = (): Variable[] => Object.values(tf.engine().state.registeredVariables);

function dtypeOf({ dtype }: Variable): number {
  const { TF_FLOAT, TF_INT32, TF_BOOL } = backend.binding;
  const known: Partial<Record<typeof dtype, number>> = { float32: TF_FLOAT, int32: TF_INT32, bool: TF_BOOL };
  const found = known[dtype];
  if (found === undefined) throw new Untraceable(`a variable holds ${dtype}`);
  return found;
}
