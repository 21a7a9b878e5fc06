/** What a network says of pixels: by one TensorFlow graph for images of all sizes, or operation by operation. */
import { messageOf } from '../shared/errors.js';
import type { ModelFile } from '../shared/engine-api.js';
import { graphFunctions } from './compile/graph.js';
import { predictionsCompiled } from './compile/switch.js';
import { Untraceable } from './compile/untraceable.js';
import { FrozenNetwork, type Pixels } from './frozen/frozen-network.js';
import { mapValue } from './intensity.js';
import { labelsOf } from './likeliest-class.js';
import { tf, type LayersModel, type Tensor, type Variable } from './tensorflow.js';

export type { Pixels } from './frozen/frozen-network.js';

export class ForwardPass {
  /** Why a network runs operation by operation although a graph was asked for. */
  eagerBecause: string | null = null;
  private frozen: FrozenNetwork | null = null;
  /** What the weights' variables held when the graph was made. */
  private held: object[] = [];

  constructor(
    private readonly model: LayersModel,
    private readonly categories: ModelFile['classes'],
    private readonly options: { compiled?: boolean } = {},
  ) {}

  /** Graphs there are now. */
  get graphs(): number {
    return this.frozen?.made ?? 0;
  }

  /** [height · width · classes], row-major. */
  probabilities(pixels: Pixels): Float32Array {
    return this.asGraph((frozen) => frozen.probabilities(pixels)) ?? this.eager(pixels);
  }

  /** Of each pixel the value of the likeliest class, the first of equals, and its probability, 0 … 255. */
  classes(pixels: Pixels): { labels: Uint8Array; confidence: Uint8Array } {
    return this.asGraph((frozen) => frozen.classes(pixels)) ?? labelsOf(this.eager(pixels), this.categories);
  }

  dispose(): void {
    this.frozen?.dispose();
    this.frozen = null;
  }

  private asGraph<T>(run: (frozen: FrozenNetwork) => T): T | null {
    const addon = graphFunctions();
    const { compiled = predictionsCompiled() } = this.options;
    if (!compiled || this.eagerBecause !== null) return null;
    try {
      if (!addon) throw new Untraceable('the addon was compiled without functions for graphs');
      const holds = this.model.weights.map((weight) => (weight as unknown as { val: Variable }).val.dataId);
      if (!holds.every((held, i) => held === this.held[i])) this.dispose();
      this.held = holds;
      this.frozen ??= new FrozenNetwork(
        addon,
        this.model,
        this.categories.map(({ value }) => value),
      );
      return run(this.frozen);
    } catch (error) {
      // Whatever goes wrong while the graph is made; later errors are errors of the prediction.
      if (!(error instanceof Untraceable)) throw error;
      this.dispose();
      this.eagerBecause = messageOf(error);
      process.emitWarning(`Predictions run operation by operation, more slowly: ${this.eagerBecause}.`);
      return null;
    }
  }

  private eager(pixels: Pixels): Float32Array {
    const mapped = mappedValues(pixels);
    // predictOnBatch frees each layer's output after its last use, which `apply` does not.
    const probabilities = tf.tidy(() =>
      tf.softmax(this.model.predictOnBatch(tf.tensor4d(mapped, [1, ...pixels.shape])) as Tensor),
    );
    try {
      // Not inside: `tidy` looks for tensors in what it returns, number by number, for seconds in a large image.
      return probabilities.dataSync() as Float32Array;
    } finally {
      probabilities.dispose();
    }
  }
}

/** What a network is given of them, row-major, channels last. */
export function mappedValues({ values, maps }: Pixels): Float32Array {
  const channels = maps.length;
  const mapped = new Float32Array(values.length);
  for (let c = 0; c < channels; c++)
    for (let i = c; i < values.length; i += channels) mapped[i] = mapValue(values[i]!, maps[c]!);
  return mapped;
}
