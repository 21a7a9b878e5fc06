/** A stop takes effect between two batches: the step under way when it comes is the last one. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { forkEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeRun } from './synthetic-run.js';

test('after a stop at most the step under way is finished', async () => {
  const settings = { network: 'unet-quick', size: 32, batch: 2, reestimate: 4, patience: 0, minutes: 0 };
  const run = await writeRun(await temporaryFolder(), [discs('train', 1), discs('val', 2)], {
    ...settings,
    steps: 100_000,
    stepsPerEpoch: 100_000,
  });
  const engine = forkEngine();
  const stop = new AbortController();
  let told = 0;
  let fifth: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (fifth = resolve));
  const training = engine.api.train(
    { runFolder: run, resume: false },
    {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind !== 'step') return;
        told = event.step;
        if (told === 5) fifth();
      },
    },
  );
  await begun;
  // While the engine stands still all that it has told arrives, and the stop is there before it goes on.
  process.kill(engine.pid, 'SIGSTOP');
  for (let before = -1; before < told; await setTimeout(300)) before = told;
  const stoppedAt = told;
  stop.abort();
  await setTimeout(100);
  process.kill(engine.pid, 'SIGCONT');
  const { reason, step } = await training;
  expect(reason).toBe('stopped');
  expect(step).toBeLessThanOrEqual(stoppedAt + 1);
  await engine.kill();
});
