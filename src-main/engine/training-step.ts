/** One step of training: forward, loss, gradients, update; as one TensorFlow graph, or operation by operation. */
import { messageOf } from '../shared/errors.js';
import type { Settings } from '../shared/settings.js';
import type { Batch } from './batches.js';
import { CompiledFunction, type Computation } from './compile/compiled-function.js';
import { DeviceVariables } from './compile/device-variables.js';
import { graphFunctions } from './compile/graph.js';
import { stepComputation, stepsCompiled } from './compile/switch.js';
import { Untraceable } from './compile/untraceable.js';
import { BatchNormalization, SeededDropout } from './layers.js';
import { LossScale } from './loss-scale.js';
import { segmentationLoss, type LossOptions } from './losses.js';
import type { Adam } from './optimiser.js';
import { tf, type LayersModel, type Tensor, type Variable } from './tensorflow.js';

export class TrainingStep {
  /** Trainable weights, in the order of the model's layers. */
  readonly variables: readonly Variable[];
  /** Why steps run operation by operation although graphs were asked for. */
  eagerBecause: string | null = null;
  private readonly dropouts: SeededDropout[];
  private readonly normalisations: BatchNormalization[];
  private readonly channels: number;
  private readonly onDevice = new DeviceVariables();
  private readonly functions = new Map<object, CompiledFunction>();
  private readonly compiled: boolean;
  private readonly computation: Computation;
  /** Of float16, whose gradients would be lost without. */
  private readonly lossScale: LossScale | null;

  constructor(
    private readonly model: LayersModel,
    private readonly settings: Pick<Settings, 'batch' | 'size' | 'seed'>,
    private readonly loss: LossOptions,
    {
      compiled = stepsCompiled(),
      computation = stepComputation(),
      lossScale = new LossScale(),
    }: { compiled?: boolean; computation?: Computation; lossScale?: LossScale } = {},
  ) {
    // A layer's weight wraps the variable in a field that its types keep to themselves.
    this.variables = model.trainableWeights.map((weight) => (weight as unknown as { val: Variable }).val);
    this.dropouts = model.layers.filter((layer) => layer instanceof SeededDropout);
    this.normalisations = model.layers.filter((layer) => layer instanceof BatchNormalization);
    this.channels = (model.inputs[0]!.shape as (number | null)[]).at(-1)!;
    this.compiled = compiled;
    this.computation = computation;
    this.lossScale = compiled && computation.precision === 'float16' ? lossScale : null;
  }

  /** Updates the weights and returns the losses, read back from the device. The weights stay there until `pull`. */
  run(batch: Batch, adam: Adam, { step, rate }: { step: number; rate: number }) {
    const losses = tf.tidy(() => {
      const { x, y } = this.tensors(batch);
      const weights = tf.tensor1d([...(this.loss.classWeights ?? [])]);
      const inputs = [x, y, this.keysOf(step), weights, adam.nextStep(rate)];
      if (this.lossScale) inputs.push(tf.scalar(this.lossScale.value));
      return this.call(adam, this.updating(adam), inputs)[0]!;
    });
    const [objective, crossEntropy, finite] = losses.dataSync() as unknown as [number, number, number];
    losses.dispose();
    this.lossScale?.settle(finite === 1);
    if (this.lossScale && finite !== 1) adam.skipped();
    return { objective, crossEntropy };
  }

  /**
   * A forward pass in training mode, for its effect on the moving statistics.
   * @param momentum how much of the old statistics is kept, in place of the layers' own momenta.
   */
  forward(batch: Batch, momentum: number): void {
    tf.tidy(() => void this.call(this, this.moving, [this.tensors(batch).x, tf.scalar(momentum)]));
  }

  /** Brings weights, statistics and the optimiser's state from the device to their variables in tfjs. */
  pull(): void {
    this.onDevice.pull();
  }

  /** Graphs made so far: one for each size of a batch, and one more for `forward`. */
  get traced(): number {
    return [...this.functions.values()].reduce((sum, compiled) => sum + compiled.traced, 0);
  }

  dispose(): void {
    this.functions.forEach((compiled) => compiled.dispose());
    this.onDevice.dispose();
  }

  private readonly updating =
    (adam: Adam) =>
    ([x, y, keys, weights, numbers, scale]: Tensor[]): Tensor[] => {
      const loss = { ...this.loss, classWeights: this.loss.classWeights && weights! };
      const keyOfLayer = this.dropouts.length > 0 ? tf.unstack(keys!) : [];
      this.dropouts.forEach((layer, index) => (layer.key = keyOfLayer[index]!));
      const kept: Tensor[] = [];
      const { grads } = tf.variableGrads(() => {
        const losses = segmentationLoss(this.model.apply(x!, { training: true }) as Tensor, y!, loss);
        kept.push(tf.keep(losses.objective.asScalar()), tf.keep(losses.crossEntropy.asScalar()));
        return scale ? tf.mul(kept[0]!, scale).asScalar() : kept[0]!.asScalar();
      }, [...this.variables]);
      const finite = adam.update(
        this.variables.map((variable) => grads[variable.name]!),
        numbers!,
        scale,
      );
      if (finite) kept.push(finite);
      for (const layer of this.dropouts) layer.key = null;
      const losses = tf.stack(kept);
      tf.dispose(kept);
      return [losses];
    };

  private readonly moving = ([x, momentum]: Tensor[]): Tensor[] => {
    const momenta = this.normalisations.map((layer) => layer.momentum);
    for (const layer of this.normalisations) layer.momentum = momentum!;
    try {
      this.model.apply(x!, { training: true });
    } finally {
      this.normalisations.forEach((layer, index) => (layer.momentum = momenta[index]!));
    }
    return [];
  };

  /** Runs the function of that name as a graph, or, when it has none, as it is. */
  private call(name: object, work: (inputs: Tensor[]) => Tensor[], inputs: Tensor[]): Tensor[] {
    const addon = graphFunctions();
    if (!this.compiled || this.eagerBecause) return work(inputs);
    try {
      if (!addon) throw new Untraceable('the addon was compiled without functions for graphs');
      let compiled = this.functions.get(name);
      if (!compiled)
        this.functions.set(
          name,
          (compiled = new CompiledFunction(addon, this.onDevice, work, this.computation)),
        );
      return compiled.call(inputs);
    } catch (error) {
      // Whatever goes wrong while the graph is made; later errors, of a graph that has run, are errors of the step.
      if (!(error instanceof Untraceable)) throw error;
      this.eagerBecause = messageOf(error);
      this.pull();
      return work(inputs);
    }
  }

  private tensors(batch: Batch): { x: Tensor; y: Tensor } {
    const { size } = this.settings;
    const count = batch.y.length / (size * size);
    return {
      x: tf.tensor4d(batch.x, [count, size, size, this.channels]),
      y: tf.tensor3d(batch.y, [count, size, size], 'int32'),
    };
  }

  /** [dropout layers, 2] int32: the same masks in the same step, whatever ran before. */
  private keysOf(step: number): Tensor {
    const count = this.dropouts.length;
    const keys = this.dropouts.flatMap((_, index) => [this.settings.seed, step * count + index]);
    return tf.tensor2d(keys, [count, 2], 'int32');
  }
}
