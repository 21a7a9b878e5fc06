/** Needs 9 GB of memory and, on two cores, two minutes. */
import { expect, test } from 'vitest';
import { NETWORKS } from '../../src-main/shared/settings.js';
import { expectTiledEqual, tiledCase } from '../engine/tiled-case.js';

test.each(NETWORKS)(
  'tiles of 512 px of an image of 2048 × 2048 px give what the whole gives, with %s',
  async (name) => {
    const given = tiledCase(name);
    const { values } = await expectTiledEqual(given, { width: 2048, height: 2048, tile: 512, tiles: 16 });
    expect(values).toHaveLength(2048 * 2048 * 2);
    given.network.model.dispose();
  },
);
