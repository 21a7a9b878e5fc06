/** Trainings that go wrong by themselves: what is told, and what is kept. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { choiceOf, discProject, QUICK, told, trainingEvents } from './training-windows.js';
import { temporaryApp } from './windows.js';

test('a far too large learning rate ends in a loss that is no number: it stops, says why and keeps the best', async () => {
  const { window, ids } = await discProject(temporaryApp());
  const wild = { lr: 1, schedule: 'constant', clipNorm: 0, beta2: 0, ema: 0 };
  const run = await window.api.startTraining({
    choice: choiceOf({ ...QUICK, ...wild, steps: 200, stepsPerEpoch: 2 }),
  });
  const { reason, sentence, run: ended } = await told(window, 'ended');
  expect(reason).toBe('not-a-number');
  expect(sentence).toMatch(
    /^The loss was no number any more at step \d+; the model of epoch \d+ is kept\. Train again with a smaller learning rate\.$/,
  );
  const epochs = trainingEvents(window).flatMap((event) => (event.kind === 'epoch' ? [event] : []));
  const best = epochs.findLast((event) => event.best)!.point.epoch;
  expect(sentence).toContain(`the model of epoch ${best} is kept`);
  expect(ended).toMatchObject({ id: run.id, state: 'failed', phase: null, usable: true, sentence });
  // What was kept predicts.
  expect(await window.api.predict({ imageId: ids[0]!, run: run.id })).toBeTruthy();
  expect(await window.api.trainingState({})).toEqual([]);
});

test('without a graphics card it is said once that the processor computes', async () => {
  const { window } = await discProject(temporaryApp());
  const saidOf = async () => {
    const before = trainingEvents(window).length;
    await window.api.startTraining({ choice: choiceOf({ ...QUICK, steps: 1, stepsPerEpoch: 1 }) });
    await told(window, 'ended', () => true, before);
    return trainingEvents(window)
      .slice(before)
      .filter((event) => event.kind === 'message' && event.text.includes('the processor (CPU) computes'));
  };
  expect(await saidOf()).toHaveLength(1);
  expect(await saidOf()).toHaveLength(0);
});

test('where a step cannot run as one graph, the window is told once which operation is why', async () => {
  const preload = pathToFileURL(join(import.meta.dirname, '../../refuse-in-graphs.mjs')).href;
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('NODE_OPTIONS', `--import=${preload}`);
  vi.stubEnv('BRUSHFIELD_TEST_REFUSED', 'ReluGrad');
  const { window } = await discProject(temporaryApp());
  await window.api.startTraining({ choice: choiceOf({ ...QUICK, steps: 4, stepsPerEpoch: 2 }) });
  const { reason } = await told(window, 'ended');
  expect(reason).toBe('budget');
  const said = trainingEvents(window).flatMap((event) => (event.kind === 'message' ? [event.text] : []));
  expect(said.filter((text) => text.includes('cannot run as one graph'))).toEqual([
    "Each step takes longer than it could, for it cannot run as one graph: TensorFlow refuses ReluGrad (Op type not registered 'ReluGrad').",
  ]);
});
