/** A training whose engine really cannot get the memory it asks for goes on with less, and says so. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { choiceOf, discProject, QUICK, told, trainingEvents } from './training-windows.js';
import { temporaryApp } from './windows.js';

/** Linux's way to limit what a process that runs already, and all that it starts, may allocate. */
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

/** MB of data for each process; a soft limit, so that it can be taken back. */
function limitMemory(mb: number): void {
  const set = (limit: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--data=${limit}`]);
  set(`${mb * 2 ** 20}:unlimited`);
  onTestFinished(() => void set('unlimited:unlimited'));
}

describe.skipIf(!canLimit)('memory that runs out', () => {
  test('fewer crops at a time, each told in one line, and the run ends as it was asked to', async () => {
    const { window } = await discProject(temporaryApp());
    // TensorFlow and a network take 1.4 GB of a process's data, a step of such crops 20 to 60 MB each.
    const settings = { ...QUICK, size: 128, batch: 64, steps: 2, stepsPerEpoch: 2 };
    limitMemory(2150);
    const run = await window.api.startTraining({ choice: choiceOf(settings) });
    const { reason, sentence, run: ended } = await told(window, 'ended');
    expect(reason, sentence).toBe('budget');
    const batch = Number(ended.settings['batch']);
    expect(batch).toBeLessThan(64);
    const messages = trainingEvents(window).flatMap((event) =>
      event.kind === 'message' ? [event.text] : [],
    );
    const tried = [64, 32, 16, 8, 4, 2, 1].filter((crops) => crops >= batch);
    for (const [n, crops] of tried.slice(1).entries())
      expect(messages).toContain(
        `There is not enough memory for ${tried[n]} crops of 128 × 128 px at a time, so it goes on with ${crops}.`,
      );
    expect(messages.filter((text) => text.includes('not enough memory'))).toHaveLength(tried.length - 1);
    expect(ended).toMatchObject({ id: run.id, state: 'finished', steps: 2, usable: true });
    const curve = (await window.api.runDetail({ run: run.id })).curve.steps.map(({ step }) => step);
    expect(curve).toEqual([1, 2]);
  });
});
