/** Which channels and which mapping of intensities a network gets, where the settings leave it to the images. */
import type { ModelFile } from '../shared/engine-api.js';
import type { PixelImage } from '../shared/model.js';
import type { Settings } from '../shared/settings.js';
import { colorChannels, isGreyByContent, looksFluorescent } from './intensity.js';

/** Images looked at to decide what `auto` means. */
const MAX_LOOKED_AT = 12;

/** What of an image decides the network's input. */
export interface InputFacts {
  colors: number;
  grey: boolean;
  fluorescent: boolean;
}

export const inputFacts = (image: PixelImage): InputFacts => ({
  colors: colorChannels(image),
  grey: isGreyByContent(image),
  fluorescent: looksFluorescent(image),
});

/** Decides what `auto` means for the network's input, from training images. */
export function decideInput(
  images: readonly InputFacts[],
  settings: Pick<Settings, 'channels' | 'intensity'>,
): ModelFile['input'] {
  const colors = Math.max(...images.map((image) => image.colors));
  let { channels, intensity } = settings;
  if (channels === 'auto') {
    if (images.every(({ grey }) => grey)) channels = 'grey';
    else channels = colors === 3 ? 'rgb' : 'all';
  }
  if (intensity === 'auto')
    intensity =
      images.filter(({ fluorescent }) => fluorescent).length * 2 > images.length ? 'percentile' : 'z-score';
  const count = { grey: 1, rgb: 3, all: colors }[channels];
  return { channels, count, intensity };
}

/** Those that are looked at, evenly chosen. */
export function lookedAt<T>(images: readonly T[]): T[] {
  const every = Math.ceil(images.length / MAX_LOOKED_AT);
  return images.filter((_, i) => i % every === 0);
}
