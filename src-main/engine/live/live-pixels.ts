/** A classifier that was kept as a model: its features and its opinion of every pixel of a tile. */
import type { ModelFile } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { TensorFile } from '../../shared/safetensors.js';
import type { Settings } from '../../shared/settings.js';
import { mappedValues, type Pixels } from '../forward-pass.js';
import type { PixelModel } from '../pixel-model.js';
import { tf, type Tensor } from '../tensorflow.js';
import { LiveClassifier } from './classifier.js';
import { FEATURE_HALO, FEATURES_A_CHANNEL, FeatureBank, featureNames } from './features.js';
import { LIVE_TILE_PX } from './labelled-pixels.js';

/** Bytes of a feature at the moment when most are held: of the window, cut to the tile, and stacked. */
const BYTES_PER_FEATURE = 3 * 4;
/** Bytes a pixel that do not go with the features: the input, and class probabilities on their way out. */
const BESIDE = 100;

export class LivePixels implements PixelModel {
  readonly multipleOf = 1;
  readonly halo = FEATURE_HALO;
  /** Features mirror the image's border themselves. */
  readonly margin = 0;
  /** Blurs are products with matrices as large as a tile's side. */
  readonly largestTile = LIVE_TILE_PX;
  readonly bytesPerPixel: number;
  private readonly bank = new FeatureBank();

  /** @param classifier becomes this object's. */
  constructor(
    private readonly classifier: LiveClassifier,
    private readonly model: Pick<ModelFile, 'classes' | 'input'>,
  ) {
    this.bytesPerPixel = model.input.count * FEATURES_A_CHANNEL * BYTES_PER_FEATURE + BESIDE;
  }

  /** @throws AppError('bad-model') for weights that are not those of `model`, or of other features. */
  static from({ tensors, metadata }: TensorFile, model: ModelFile): LivePixels {
    if (metadata['features'] !== featuresText())
      throw new AppError(
        'bad-model',
        'The model looks at other features of a pixel than this version of Brushfield computes; train it again.',
      );
    return new LivePixels(new LiveClassifier(classifierOptions(model), tensors), model);
  }

  /** As `from` takes them. */
  weights(): TensorFile {
    return { tensors: this.classifier.state(), metadata: { features: featuresText() } };
  }

  probabilities(pixels: Pixels): Float32Array {
    return this.withFeatures(pixels, (features) => {
      const values = tf.tidy(() => tf.transpose(this.classifier.probabilities(features)));
      try {
        return values.dataSync() as Float32Array;
      } finally {
        values.dispose();
      }
    });
  }

  classes(pixels: Pixels): { labels: Uint8Array; confidence: Uint8Array } {
    return this.withFeatures(pixels, (features) => {
      const { classes, confidence } = this.classifier.opinion(features);
      return { labels: classes.map((index) => this.model.classes[index]!.value), confidence };
    });
  }

  dispose(): void {
    this.classifier.dispose();
    this.bank.dispose();
  }

  private withFeatures<T>(pixels: Pixels, work: (features: Tensor) => T): T {
    const [height, width, channels] = pixels.shape;
    const image = { width, height, channels, values: mappedValues(pixels) };
    const features = this.bank.of(image, { x: 0, y: 0, width, height });
    try {
      return work(features);
    } finally {
      features.dispose();
    }
  }
}

/** What decides the shapes of a classifier's weights, and which features each of its networks sees. */
export const classifierOptions = ({ classes, input, settings }: ModelFile) => ({
  features: input.count * FEATURES_A_CHANNEL,
  classes: classes.length,
  seed: (settings as Settings).seed,
});

const featuresText = (): string => featureNames().join('; ');
