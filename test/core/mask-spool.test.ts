import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { MaskSpool } from '../../src-main/core/mask-spool.js';
import { packMask } from '../../src-main/pixels/label-mask.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { encodeMask } from '../../src-main/store/masks.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { temporaryProject, writePictures } from './temporary-project.js';

/** Noise over a tile and a bit, void in part, so that there are tiles of several sizes and missing ones. */
function mask(seed: number) {
  const random = randomFor(seed);
  const [width, height] = [700, 520];
  const labels = Uint8Array.from({ length: width * height }, (_, i) =>
    i % width < 600 ? random.integer(3) : 0,
  );
  return { width, height, data: labels };
}

/** As a decoding thread makes it of a picture that holds these label values. */
const packed = (map: LabelMap) =>
  packMask(
    { ...map, colours: false },
    Int16Array.from({ length: 256 }, (_, value) => value),
  );

describe('masks put aside', () => {
  test('come back as they were, in any order, from memory and from the file', () => {
    const folder = temporaryFolder();
    const maps = [...[1, 2, 3, 4].map(mask), { width: 3, height: 2, data: new Uint8Array(6) }];
    const masks = maps.map(encodeMask);
    const bytes = masks[0]!.tiles.reduce((sum, tile) => sum + tile.bytes.length, 0);
    const spool = new MaskSpool(folder, bytes * 1.5);
    onTestFinished(() => spool.close());
    const aside = maps.map((map) => spool.add(packed(map)));
    expect(aside.map(({ place }) => typeof place)).toEqual([
      'object',
      'number',
      'number',
      'number',
      'object',
    ]);
    for (const n of [3, 0, 4, 2, 1]) {
      const back = spool.read(aside[n]!);
      const given = masks[n]!;
      expect({ ...back, tiles: back.tiles.map((tile) => ({ ...tile, bytes: [...tile.bytes] })) }).toEqual({
        ...given,
        tiles: given.tiles.map((tile) => ({ ...tile, bytes: [...tile.bytes] })),
      });
    }
  });

  test('leave no file behind, not even while they wait', () => {
    const folder = temporaryFolder();
    const spool = new MaskSpool(folder, 0);
    spool.add(packed(mask(5)));
    expect(readdirSync(folder)).toEqual([]);
    spool.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of an import leave none either', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 3);
    expect(await importImages(project, { paths: [images], labels })).toMatchObject({ labelled: 3 });
    expect(readdirSync(project.folder).filter((name) => name.startsWith('.import'))).toEqual([]);
  });
});
