import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { decodePicture } from './painting/decoded.js';
import { HOSTS } from './painting/host-windows.js';
import { KillRounds, type Victim } from './painting/kills.js';

const PICTURE = join(packageRoot(), 'resources', 'sample', 'images', 'test-01.png');
const VICTIMS: readonly Victim[] = ['core', 'host', 'page', 'core', 'host'];

for (const host of HOSTS)
  host.describe(`painting in ${host.name} while parts are killed`, () => {
    let rounds: KillRounds;
    test('a project to paint on', async () => {
      const { width, height } = await decodePicture(PICTURE);
      rounds = new KillRounds(host, { path: PICTURE, name: 'test-01.png', width, height });
      await rounds.prepare();
    });
    afterAll(() => rounds?.finish());

    test.each(VICTIMS.map((victim, i) => [i + 1, victim] as const))(
      'kill %i, of the %s: every stroke that was called saved is there',
      (seed, victim) => rounds.round(victim, seed),
    );
  });
