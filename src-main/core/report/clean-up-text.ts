/** What was done to the masks of a batch after the model, in words for a report. */
import type { ManifestSettings } from '../manifest.js';

/** A sentence, or null where the masks are as the model gave them. */
export function cleanUpSentence({ cleanUp = {}, classes }: ManifestSettings): string | null {
  const { region, smooth, fillHoles, split, minArea, wholeOnly } = cleanUp;
  const steps: string[] = [];
  if (classes) steps.push(`only ${classes.join(', ')} was kept`);
  if (region)
    steps.push(
      `only the part of ${region.width} × ${region.height} px at ${region.x}, ${region.y} px was looked at`,
    );
  if (smooth !== undefined)
    steps.push(`each pixel took the class of most pixels within a radius of ${smooth} px`);
  if (fillHoles) steps.push('holes in objects were filled');
  if (split) steps.push('touching objects were parted by a watershed on the distance to the border');
  if (minArea !== undefined) steps.push(`objects of fewer than ${minArea} px were dropped`);
  if (wholeOnly) steps.push(`objects at the edge of the ${region ? 'part looked at' : 'image'} were dropped`);
  return steps.length ? `Afterwards ${steps.join('; ')}.` : null;
}
