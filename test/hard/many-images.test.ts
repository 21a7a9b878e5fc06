/** A thousand images as labs have them, unattended, in memory that does not grow: a few minutes. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { segmentUnattended, writeManyImages } from '../cli/many-images.js';
import { suiteFolder } from '../cli/suite-folder.js';
import { QUICK, succeed, tinyProject } from '../cli/tiny-project.js';
import { describeWithData } from '../shared-data.js';

const COUNT = 1000;

describeWithData('a thousand images', () => {
  const folder = suiteFolder();

  it('finish with ten reasons and in memory that stays within 5 % from the 100th on', async () => {
    const { project } = await tinyProject(folder);
    await succeed('train', project, ...QUICK, '--steps', '20', '--quiet');
    const [input, output] = [join(folder, 'input'), join(folder, 'output')];
    const broken = await writeManyImages(input, COUNT);
    const { manifest, memory } = await segmentUnattended(project, { input, output, broken });
    expect(manifest.files).toHaveLength(COUNT);
    expect(broken).toHaveLength(10);
    // Of a hundred images each, since one image of camvid takes more than one of nuclei.
    const mediansOf = (what: 'coreMb' | 'engineMb') =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((hundred) => {
        const here = memory.filter(({ done }) => Math.floor(done / 100) === hundred).map((one) => one[what]);
        return here.sort((a, b) => a - b)[here.length >> 1]!;
      });
    const [core, engine] = [mediansOf('coreMb'), mediansOf('engineMb')];
    const text = (figures: readonly number[]) => figures.map(Math.round).join(', ');
    process.stderr.write(`By hundred images, MB: command ${text(core)}; engine ${text(engine)}.\n`);
    const settled = core.map((mb, i) => mb + engine[i]!);
    const middle = settled.toSorted((a, b) => a - b)[settled.length >> 1]!;
    for (const mb of settled) expect(Math.abs(mb / middle - 1)).toBeLessThan(0.05);
  });
});
