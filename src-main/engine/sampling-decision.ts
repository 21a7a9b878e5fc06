/** Where crops are drawn and how they are changed, where the settings leave it to how much is labelled. */
import type { Settings } from '../shared/settings.js';
import { fewLabels, type Labelled } from '../shared/sampling-rules.js';
import type { AugmentSettings } from './augment.js';
import type { FocusOptions } from './focus.js';
import { padValueOf, type InputMapping } from './intensity.js';

/** Jitter of brightness and contrast where few pixels are labelled; found by measurement, see docs/engine.md. */
const SPARSE_JITTER = 0.15;

/** Few labels need more ways to look at the same pixels, and crops that have some. @param train The training images. */
export function decideSampling(
  settings: Settings,
  { train, input }: { train: readonly Labelled[]; input: InputMapping },
): { augment: AugmentSettings; focus: FocusOptions } {
  const sparse = fewLabels(train);
  const chosen = (value: number, whenSparse: number) => (value < 0 ? (sparse ? whenSparse : 0) : value);
  return {
    augment: {
      ...settings,
      rotation: chosen(settings.rotation, 180),
      gainJitter: chosen(settings.gainJitter, SPARSE_JITTER),
      offsetJitter: chosen(settings.offsetJitter, SPARSE_JITTER),
      padValue: padValueOf(input),
    },
    focus: {
      labelled: settings.cropAt === 'labelled' || (settings.cropAt === 'auto' && sparse),
      rareShare: settings.rareShare,
    },
  };
}
