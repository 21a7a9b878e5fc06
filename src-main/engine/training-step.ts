/** One step of training: forward, loss, gradients, update. */
import type { Settings } from '../shared/settings.js';
import type { Batch } from './batches.js';
import { SeededDropout } from './layers.js';
import { segmentationLoss, type LossOptions } from './losses.js';
import type { Adam } from './optimiser.js';
import { tf, type LayersModel, type Tensor, type Variable } from './tensorflow.js';

export class TrainingStep {
  /** Trainable weights, in the order of the model's layers. */
  readonly variables: readonly Variable[];
  private readonly dropouts: SeededDropout[];
  private readonly channels: number;

  constructor(
    private readonly model: LayersModel,
    private readonly settings: Pick<Settings, 'batch' | 'size' | 'seed'>,
    private readonly loss: LossOptions,
  ) {
    // A layer's weight wraps the variable in a field that its types keep to themselves.
    this.variables = model.trainableWeights.map((weight) => (weight as unknown as { val: Variable }).val);
    this.dropouts = model.layers.filter((layer) => layer instanceof SeededDropout);
    this.channels = (model.inputs[0]!.shape as (number | null)[]).at(-1)!;
  }

  /** Updates the weights and returns the losses, read back from the device. */
  run(batch: Batch, adam: Adam, { step, rate }: { step: number; rate: number }) {
    this.dropouts.forEach(
      (layer, index) => (layer.key = [this.settings.seed, step * this.dropouts.length + index]),
    );
    return tf.tidy(() => {
      const { x, y } = this.tensors(batch);
      let crossEntropy: Tensor | null = null;
      const { value, grads } = tf.variableGrads(() => {
        const losses = segmentationLoss(this.model.apply(x, { training: true }) as Tensor, y, this.loss);
        crossEntropy = tf.keep(losses.crossEntropy);
        return losses.objective.asScalar();
      }, [...this.variables]);
      adam.update(
        this.variables.map((variable) => grads[variable.name]!),
        rate,
      );
      const [objective, entropy] = tf.stack([value, crossEntropy!]).dataSync() as unknown as [number, number];
      crossEntropy!.dispose();
      return { objective, crossEntropy: entropy };
    });
  }

  /** A forward pass in training mode, for its effect on the moving statistics. */
  forward(batch: Batch): void {
    tf.tidy(() => {
      this.model.apply(this.tensors(batch).x, { training: true });
    });
  }

  private tensors(batch: Batch): { x: Tensor; y: Tensor } {
    const { size } = this.settings;
    const count = batch.y.length / (size * size);
    return {
      x: tf.tensor4d(batch.x, [count, size, size, this.channels]),
      y: tf.tensor3d(batch.y, [count, size, size], 'int32'),
    };
  }
}
