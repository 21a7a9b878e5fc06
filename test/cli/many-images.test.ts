/** Sixty images as labs have them; a thousand are segmented in test/hard. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithData } from '../shared-data.js';
import { segmentUnattended, writeManyImages } from './many-images.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject } from './tiny-project.js';

describeWithData('a folder of all kinds of images', () => {
  const folder = suiteFolder();

  it('is segmented and measured to its end; the ten broken files are named with their reasons', async () => {
    const { project } = await tinyProject(folder);
    await succeed('train', project, ...QUICK, '--steps', '20', '--quiet');
    const [input, output] = [join(folder, 'input'), join(folder, 'output')];
    const broken = await writeManyImages(input, 60);
    const { manifest } = await segmentUnattended(project, { input, output, broken });
    expect(manifest.files).toHaveLength(60);
    expect(broken).toHaveLength(10);
  });
});
