/** A variable of tfjs while a function is traced: a resource that TensorFlow keeps, read and written by operations. */
import { backend, type Variable } from '../tensorflow.js';
import type { Graph, Value } from './graph.js';
import { Untraceable } from './untraceable.js';

export class TracedVariable {
  /** What the variable held when it was last read or written, to see whether it was assigned since. */
  held: object | null = null;
  written = false;
  /** Operations that must have run before the variable is written next: reads take what it held at their turn. */
  before: number[] = [];
  private placeholder: Value | null = null;
  private lastWrite: number | null = null;

  constructor(
    readonly variable: Variable,
    private readonly graph: Graph,
  ) {}

  get used(): boolean {
    return this.placeholder !== null;
  }

  get handle(): Value {
    return (this.placeholder ??= this.graph.input(backend.binding.TF_RESOURCE, []));
  }

  writtenBy(operation: number): void {
    this.written = true;
    this.lastWrite = operation;
    this.before = [operation];
  }

  /** Gives what the variable holds at this point of the program, and reads it once. */
  reader(): () => Value {
    const after = this.lastWrite === null ? [] : [this.lastWrite];
    let value: Value | null = null;
    return () => {
      if (!value) {
        if (this.lastWrite !== (after[0] ?? null))
          throw new Untraceable(`${this.variable.name} is read as it was before it was written`);
        const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
        const dtype = this.variable.dtype === 'int32' ? TF_INT32 : TF_FLOAT;
        const read = this.graph.add(
          'ReadVariableOp',
          [{ name: 'dtype', type: TF_ATTR_TYPE, value: dtype }],
          [this.handle],
          after,
        )[0]!;
        value = this.graph.withShape(read, this.variable.shape);
        this.before.push(read.place[0]);
      }
      return value;
    };
  }
}
