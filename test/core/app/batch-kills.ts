/** A batch whose core is killed at random moments and begun again. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { randomFor } from '../../../src-main/shared/random.js';
import { atRest, byCommand, contents, newBatch, plate, trained } from './batch-folders.js';
import { forkCore, openWindow } from './forked-core.js';

const SEED = 20_261_123;

/** After all kills the results are the bytes of an undisturbed run, and nothing is half-written under a final name. */
export async function surviveBatchKills(kills: number, files: number): Promise<void> {
  const project = await trained();
  const { app, folder, run, window } = project;
  await window.api.closeProject({});
  const input = plate(project, files);
  const expected = await byCommand(project, input);
  const output = join(app.folder, 'masks');
  const random = randomFor(SEED, kills);
  let batch: number | null = null;
  for (let n = 0; n <= kills; n++) {
    const core = forkCore(app.folder);
    const { api } = openWindow(core);
    await api.openProject({ folder });
    const known = (await api.batches({}))[0];
    if (known) {
      batch = known.id;
      expect(known.state).toMatch(/paused|finished/);
      // What was told as done is there, whole.
      const { files: done } = await api.batchFiles({ batch, state: 'done', first: 0, count: 500 });
      const there = contents(output);
      for (const { masks } of done)
        for (const mask of masks) {
          const name = mask.slice(output.length + 1);
          expect(there[name], name).toBe(expected[name]);
        }
    }
    const started =
      batch === null ? api.startBatch(newBatch(run, input, output)) : api.resumeBatch({ batch });
    if (n === kills) {
      const { id } = await started;
      expect(await atRest({ api }, id)).toMatchObject({ state: 'finished', done: files, failed: 0 });
      expect(contents(output)).toEqual(expected);
      await core.stop();
      return;
    }
    // While the engine starts, while it segments, or when all is done: as it comes.
    setTimeout(() => process.kill(core.pid!, 'SIGKILL'), random.next() * 4000);
    await started.catch(() => undefined);
    await core.ended;
  }
}
