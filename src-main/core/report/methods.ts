/** The paragraph for a paper's methods section. */
import { MOST_PIXELS } from '../../shared/label-sample.js';
import { LIVE } from '../../shared/settings.js';
import type { Passport } from '../passport.js';
import { cleanUpSentence } from './clean-up-text.js';
import type { HeldOut } from './held-out.js';
import type { ResultsSummary } from './results-summary.js';

const NETWORKS: Readonly<Record<string, string>> = {
  'unet-quick': 'a small U-Net (Ronneberger et al., 2015)',
  'unet-mini': 'a small U-Net (Ronneberger et al., 2015)',
  live: 'a pixel classifier (four small neural networks on multi-scale features of each pixel, those of ilastik, Berg et al., 2019)',
  'unet-mobilenet': 'a U-Net (Ronneberger et al., 2015) with a MobileNet encoder (Howard et al., 2017)',
};

/** @param batch what this model segmented */
export function methodsParagraph(
  passport: Passport,
  heldOut: HeldOut | null,
  batch: Pick<ResultsSummary, 'done' | 'settings'> | null,
): string {
  const { software, network, classes, images, settings, result, size, scaleMode, pretrained } = passport;
  const of = (split: string) => images.filter((image) => image.split === split).length;
  const names = classes.map(({ name }) => name).join(', ');
  const step = result.best?.step ?? result.step;
  const sentences = [
    `Images were segmented into ${classes.length} classes (${names}) with Brushfield ${software.brushfield} (TensorFlow ${software.tensorflow})` +
      `, by ${NETWORKS[network] ?? 'a U-Net'} (${network}) trained on ${count(of('train'), 'image')} with ${labelsOf(passport)}.`,
    network === LIVE
      ? `It learned from at most ${MOST_PIXELS.toLocaleString('en')} of the labelled pixels, as many of each class as there are, with seed ${passport.seed}.`
      : `It was trained ${scaleMode === 'letterbox' ? 'on whole images scaled into' : 'at full resolution on crops of'} ${size} × ${size} px` +
        ` with a batch of ${String(settings['batch'])}, a learning rate of ${String(settings['lr'])} and seed ${passport.seed}, for ${count(result.step, 'step')}` +
        `${pretrained ? `, from pretrained weights (${pretrained.source})` : ''}; the weights of step ${step} were used.`,
  ];
  const scores = heldOut?.scores ?? passport.scores;
  if (scores) {
    const dice = scores.classes.map(({ name, dice: value }, c) => {
      const interval = heldOut?.intervals[c]?.dice;
      const sure = interval ? ` (95 % interval ${interval.low.toFixed(3)}–${interval.high.toFixed(3)})` : '';
      return `${value.toFixed(3)}${sure} for ${name}`;
    });
    sentences.push(
      `On ${count(scores.images, 'held-out image')} the Dice coefficient, with pixels pooled over images, was ${dice.join(', ')}` +
        `${heldOut?.intervals.some(({ dice: one }) => one) ? '; intervals are percentile bootstraps over images' : ''}.`,
    );
    if (network !== LIVE)
      sentences.push('The training was stopped, and its best step chosen, by the same images.');
  } else sentences.push('No image was held out, so its quality was not measured.');
  if (batch) {
    const cleaned = cleanUpSentence(batch.settings);
    sentences.push(
      `${count(batch.done, 'image')} ${batch.done === 1 ? 'was' : 'were'} segmented with it.`,
      ...(cleaned === null ? [] : [cleaned]),
    );
  }
  return sentences.join(' ');
}

/** By how much of them a person drew, or confirmed. */
const labelsOf = ({ images }: Passport): string =>
  images.some(({ modelPixels = 0 }) => modelPixels > 0)
    ? 'labels drawn by hand and in part by an earlier model'
    : 'labels drawn or confirmed by hand';

const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
