/** Kills a writing process at random moments and looks at what it left behind. */
import { expect } from 'vitest';
import { checkIntegrity } from '../../src-main/store/integrity.js';
import { addImage, listImages } from '../../src-main/store/images.js';
import { loadMask } from '../../src-main/store/masks.js';
import { openStore } from '../../src-main/store/open.js';
import { randomFor } from '../../src-main/shared/random.js';
import { startStoreChild } from './child-process.js';
import { someImage, temporaryFolder } from './temporary-store.js';

const SIDE_PX = 700;

/**
 * Each round opens the project in a process, lets it write rows and masks, and kills it after a random number of
 * acknowledged rows. Then the project opens, is whole, and has all that was acknowledged.
 */
export async function killRounds(rounds: number, { networkShare = false, seed = 1 } = {}): Promise<void> {
  const folder = temporaryFolder();
  const store = openStore(folder, { create: true });
  const imageId = addImage(store, someImage('a.png', { width: SIDE_PX, height: SIDE_PX }));
  store.close();
  const random = randomFor(seed, 0);
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const child = startStoreChild();
    const { ok } = await child.tell({ do: 'open', folder, options: { networkShare } });
    expect(ok).toMatchObject({ access: 'write' });
    const value = 1 + (round % 2);
    const painted = random.integer(2) === 1;
    if (painted)
      expect(
        (await child.tell({ do: 'paint', imageId, value, width: SIDE_PX, height: SIDE_PX })).ok,
      ).toBeDefined();
    const until = random.integer(40);
    void child.tell({ do: 'write', name: `r${round}`, count: 1000 });
    void child.tell({ do: 'paint', imageId, value: 3, width: SIDE_PX, height: SIDE_PX });
    await child.event((event) => event['wrote'] === `r${round}-${until}`);
    await child.kill();
    acknowledged.push(...child.events.flatMap(({ wrote }) => (typeof wrote === 'string' ? [wrote] : [])));

    const after = openStore(folder);
    expect(after.access).toBe('write');
    expect(await checkIntegrity(after)).toMatchObject({ ok: true, problems: [] });
    expect(listImages(after)).toHaveLength(1);
    const names = new Set(
      after
        .sql<{ name: string }>('select name from run')
        .all()
        .map(({ name }) => name),
    );
    expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
    // A mask is whole: of one value everywhere.
    const labels = new Set(loadMask(after, imageId)?.data ?? []);
    expect(labels.size).toBeLessThanOrEqual(1);
    if (painted) expect([value, 3]).toContain([...labels][0]);
    after.close();
  }
}
