/** What the leak guard says about real pictures that people looked at. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { alikeImages, leaksInto, likenessesAcross } from '../../src-main/core/leak-guard.js';
import { listImages, setSplit } from '../../src-main/store/images.js';
import { describeWithData, sharedData } from '../shared-data.js';
import { temporaryProject } from './temporary-project.js';

async function projectWith(...paths: string[]) {
  const { project, folder } = temporaryProject();
  await importImages(project, { paths });
  const names = new Map(listImages(project.store).map(({ id, name }) => [id, name]));
  const alike = () => alikeImages(project).map((ids) => ids.map((id) => names.get(id)!));
  return { project, folder, alike };
}

const cell = (name: string) => sharedData('wbc_d1', 'images', `${name}.png`);

describeWithData('real pictures', () => {
  test('of 100 white blood cells none is like another but one that is there twice, which is not taken twice', async () => {
    const { project, alike } = await projectWith(sharedData('wbc_d1', 'images'));
    expect(listImages(project.store)).toHaveLength(99);
    expect(alike()).toEqual([]);
  });

  test('of a street are alike where they are frames of one video a moment apart', async () => {
    const { alike } = await projectWith(sharedData('camvid_example', 'images'));
    expect(alike()).toEqual([
      ['0001TP_006690.png', '0001TP_006720.png'],
      ['0016E5_07959.png', '0016E5_07961.png', '0016E5_07963.png'],
    ]);
  });

  test('saved as JPEG, scaled, made brighter or cut by a hundredth at each side are known again', async () => {
    const { project, folder, alike } = await projectWith(cell('001'), cell('025'), cell('076'));
    const changed = join(folder, 'changed');
    mkdirSync(changed);
    const { width, height } = await sharp(cell('001')).metadata();
    const cut = { left: 1, top: 1, width: width - 2, height: height - 2 };
    await sharp(cell('001')).jpeg({ quality: 50 }).toFile(join(changed, 'saved.jpg'));
    await sharp(cell('001'))
      .resize({ width: width * 2 })
      .toFile(join(changed, 'larger.png'));
    await sharp(cell('001')).linear(0.9, 5).toFile(join(changed, 'darker.png'));
    await sharp(cell('001')).extract(cut).toFile(join(changed, 'cut.png'));
    await importImages(project, { paths: [changed], split: 'test' });
    const ids = listImages(project.store).map(({ id }) => id);
    expect(alikeImages(project)).toEqual([[1, ...ids.slice(3)]]);
    expect(alike()[0]?.[0]).toBe('001.png');
    // Validation is another side than the one these lie on.
    expect(leaksInto(project, 'val')).toEqual([]);
    expect(leaksInto(project, 'test')).toMatchObject([
      { kind: 'alike', images: { 0: '001.png', length: 5 } },
    ]);
    setSplit(project.store, ids, 'train');
    expect(leaksInto(project, 'test')).toEqual([]);
  });

  test('that a model was trained on are known again in a folder that it is scored on', async () => {
    const { project, folder } = await projectWith(cell('001'), cell('025'), cell('076'));
    const others = join(folder, 'others');
    mkdirSync(others);
    copyFileSync(cell('001'), join(others, 'same.png'));
    await sharp(cell('025')).jpeg().toFile(join(others, 'saved.jpg'));
    copyFileSync(cell('106'), join(others, 'another.png'));
    const scored = await projectWith(others);
    const trainedOn = ({ name }: { name: string }) => name !== '025.png';
    expect(likenessesAcross(project, trainedOn, scored.project)).toEqual([
      { kind: 'alike', images: ['001.png', 'same.png'] },
    ]);
  });
});
