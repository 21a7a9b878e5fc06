/** sharp without its cache: libvips remembers files by their path alone and would answer for one that has changed since. */
import sharp from 'sharp';

sharp.cache(false);

export { sharp };
