/** A function of tfjs as one graph where that is possible, else operation by operation. */
import type { Tensor } from '../tensorflow.js';
import { CompiledFunction } from './compiled-function.js';
import type { DeviceVariables } from './device-variables.js';
import { graphFunctions } from './graph.js';
import { Untraceable } from './untraceable.js';

export class MaybeCompiled {
  private compiled: CompiledFunction | null;

  /** @param work as a CompiledFunction's. */
  constructor(
    private readonly variables: DeviceVariables,
    private readonly work: (inputs: Tensor[]) => Tensor[],
  ) {
    const addon = graphFunctions();
    this.compiled = addon && new CompiledFunction(addon, variables, work);
  }

  /** @returns new tensors; the caller disposes them, and what is left over of `work`, by a tidy. */
  call(inputs: Tensor[]): Tensor[] {
    if (this.compiled)
      try {
        return this.compiled.call(inputs);
      } catch (error) {
        if (!(error instanceof Untraceable)) throw error;
        this.dispose();
      }
    // Another function may be a graph still and have written since.
    this.variables.pull();
    return this.work(inputs);
  }

  dispose(): void {
    this.compiled?.dispose();
    this.compiled = null;
  }
}
