/** 200 kills of core, host and page while somebody paints, in both hosts; see test/e2e/killed-window.test.ts. */
import { join } from 'node:path';
import { test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { decodePicture } from '../e2e/painting/decoded.js';
import { HOSTS } from '../e2e/painting/host-windows.js';
import { KillRounds, type Victim } from '../e2e/painting/kills.js';

const PICTURE = join(packageRoot(), 'resources', 'sample', 'images', 'test-01.png');
const VICTIMS: readonly Victim[] = ['core', 'host', 'page'];
const ROUNDS = 100;

for (const host of HOSTS)
  host.describe(`painting in ${host.name}, killed ${ROUNDS} times`, () => {
    test('every stroke that was called saved is there', async () => {
      const { width, height } = await decodePicture(PICTURE);
      const rounds = new KillRounds(host, { path: PICTURE, name: 'test-01.png', width, height });
      await rounds.prepare();
      for (let i = 0; i < ROUNDS; i++) await rounds.round(VICTIMS[i % VICTIMS.length]!, 1000 + i);
      await rounds.finish();
    });
  });
