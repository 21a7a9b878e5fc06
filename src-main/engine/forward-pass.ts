/** A network's probabilities: as one TensorFlow graph for sizes that come again, else operation by operation. */
import { CompiledFunction } from './compile/compiled-function.js';
import { DeviceVariables } from './compile/device-variables.js';
import { graphFunctions } from './compile/graph.js';
import { predictionsCompiled } from './compile/switch.js';
import { Untraceable } from './compile/untraceable.js';
import { tf, type LayersModel, type Tensor } from './tensorflow.js';

/** Each graph holds its prepared kernels; images of a folder have few sizes, or each its own. */
const MOST_GRAPHS = 4;

export class ForwardPass {
  private readonly variables = new DeviceVariables();
  private readonly compiled: CompiledFunction | null;
  private readonly seen = new Set<string>();
  private failed = false;

  constructor(
    private readonly model: LayersModel,
    { compiled = predictionsCompiled() }: { compiled?: boolean } = {},
  ) {
    const addon = graphFunctions();
    this.compiled =
      compiled && addon
        ? new CompiledFunction(addon, this.variables, ([x]) => [this.probabilitiesOf(x!)])
        : null;
  }

  /** Graphs made so far. */
  get graphs(): number {
    return this.compiled?.traced ?? 0;
  }

  /** @param x [height, width, channels]. @returns [height · width · classes], row-major. */
  run(x: Float32Array, shape: readonly [height: number, width: number, channels: number]): Float32Array {
    const probabilities = tf.tidy(() => this.call(tf.tensor4d(x, [1, ...shape])));
    try {
      // Not inside: `tidy` looks for tensors in what it returns, number by number, for seconds in a large image.
      return probabilities.dataSync() as Float32Array;
    } finally {
      probabilities.dispose();
    }
  }

  dispose(): void {
    this.compiled?.dispose();
    this.variables.dispose();
  }

  private call(x: Tensor): Tensor {
    if (!this.compiled || this.failed || !this.comesAgain(x.shape)) return this.probabilitiesOf(x);
    try {
      if (this.compiled.traced >= MOST_GRAPHS && !this.compiled.has([x])) this.compiled.dispose();
      return this.compiled.call([x])[0]!;
    } catch (error) {
      if (!(error instanceof Untraceable)) throw error;
      this.failed = true;
      return this.probabilitiesOf(x);
    }
  }

  /** A graph takes longer to prepare than it saves with one image. */
  private comesAgain(shape: readonly number[]): boolean {
    const key = shape.join('×');
    const again = this.seen.has(key);
    this.seen.add(key);
    return again;
  }

  // predictOnBatch frees each layer's output after its last use, which `apply` does not.
  private probabilitiesOf(x: Tensor): Tensor {
    return tf.softmax(this.model.predictOnBatch(x) as Tensor);
  }
}
