/** Two thousand images through the command line, a few minutes. */
import { expect, test } from 'vitest';
import { growthOverImages } from '../cli/flat-memory.js';
import { suiteFolder } from '../cli/suite-folder.js';

const folder = suiteFolder();

test('segmenting 2,000 images takes no more memory the longer it lasts', async () => {
  const { coreKb, engineKb, mostMb } = await growthOverImages(folder, 2000);
  process.stderr.write(
    `Core ${coreKb.toFixed(1)} kB, engine ${engineKb.toFixed(1)} kB an image; ${Math.round(mostMb)} MB at most.\n`,
  );
  // An image is 4 kB, its probabilities 32 kB and what travels of both some 20: were one kept, it would show. Heaps leap by
  // 30 MB now and then, which over 1,900 images is 16 kB.
  expect(coreKb).toBeLessThan(20);
  expect(engineKb).toBeLessThan(20);
});
