/** A run that was killed or stopped goes on as if nothing had happened: the same losses, the same files, bit for bit. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { RUN_FILES, type TrainEvent, type TrainResult } from '../../src-main/shared/engine-api.js';
import { decodeSafetensors, type NamedTensor } from '../../src-main/shared/safetensors.js';
import { forkEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeRun } from './synthetic-run.js';

type EventOf<Kind extends TrainEvent['kind']> = Extract<TrainEvent, { kind: Kind }>;

/** What an engine told until it ended; later tellings of the same step or epoch replace earlier ones. */
interface Curve {
  losses: Map<number, number>;
  rates: Map<number, number>;
  epochs: Map<number, Pick<EventOf<'epoch'>, 'loss' | 'val' | 'best' | 'step'>>;
  /** Step at which each process began. */
  starts: number[];
}

const freshCurve = (): Curve => ({ losses: new Map(), rates: new Map(), epochs: new Map(), starts: [] });

function record(curve: Curve, event: TrainEvent): void {
  if (event.kind === 'started') curve.starts.push(event.step);
  if (event.kind === 'step') {
    curve.losses.set(event.step, event.loss);
    curve.rates.set(event.step, event.learningRate);
  }
  if (event.kind === 'epoch') {
    const { loss, val, best, step } = event;
    curve.epochs.set(event.epoch, { loss, val, best, step });
  }
}

async function trainToEnd(runFolder: string, curve: Curve, resume: boolean): Promise<TrainResult> {
  const engine = forkEngine();
  try {
    return await engine.api.train({ runFolder, resume }, { onEvent: (event) => record(curve, event) });
  } finally {
    await engine.kill();
  }
}

/** Kills the engine at the first step from `step` on that is not just behind a checkpoint; returns the last checkpoint. */
async function trainAndKill(runFolder: string, curve: Curve, resume: boolean, step: number): Promise<number> {
  const engine = forkEngine();
  let checkpoint = 0;
  const training = engine.api.train(
    { runFolder, resume },
    {
      onEvent(event) {
        record(curve, event);
        if (event.kind === 'checkpoint') checkpoint = event.step;
        if (event.kind === 'step' && event.step >= step && checkpoint > 0 && event.step > checkpoint + 1)
          void engine.kill();
      },
    },
  );
  await expect(training).rejects.toThrow('the engine ended');
  await engine.kill();
  return checkpoint;
}

/** Tensors as bytes, so that −0 and NaN count too. The checkpoint's counters hold seconds and are no tensors. */
async function tensorsOf(runFolder: string, file: 'best' | 'last'): Promise<Map<string, string>> {
  const { tensors } = decodeSafetensors(await readFile(join(runFolder, RUN_FILES[file])));
  const bytes = ({ shape, data }: NamedTensor) =>
    `${shape.join('×')} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')}`;
  return new Map([...tensors].map(([name, tensor]) => [name, bytes(tensor)]));
}

const pictures = [1, 2, 3, 4, 5].map((seed) => discs('train', seed)).concat(discs('val', 9));
const BUDGET = { size: 32, steps: 46, stepsPerEpoch: 7, patience: 0, seed: 3 };

describe.each([
  // Dropout, the tutorial's augmentation, exponential schedule.
  { network: 'unet-mini', batch: 2, dropout: 0.2 },
  // Averaged weights, batch normalisation with estimated statistics, one cycle over the steps.
  { network: 'unet-quick', batch: 4, reestimate: 8 },
])('$network', (settings) => {
  let root: string;
  let whole: string;
  const undisturbed = freshCurve();
  const newRun = (name: string) => writeRun(join(root, name), pictures, { ...BUDGET, ...settings });

  beforeAll(async () => {
    root = await temporaryFolder();
    whole = await newRun('whole');
    const { reason, step } = await trainToEnd(whole, undisturbed, false);
    expect({ reason, step }).toEqual({ reason: 'budget', step: BUDGET.steps });
  });

  async function expectSame(run: string, curve: Curve): Promise<void> {
    expect([...undisturbed.losses.keys()]).toEqual(Array.from({ length: BUDGET.steps }, (_, i) => i + 1));
    expect(new Set(undisturbed.losses.values()).size).toBe(BUDGET.steps);
    for (const [step, loss] of undisturbed.losses) {
      expect(curve.losses.get(step), `loss of step ${step}`).toBe(loss);
      expect(curve.rates.get(step), `learning rate of step ${step}`).toBe(undisturbed.rates.get(step));
    }
    expect(curve.epochs).toEqual(undisturbed.epochs);
    for (const file of ['best', 'last'] as const)
      expect(await tensorsOf(run, file)).toEqual(await tensorsOf(whole, file));
  }

  test('killed twice and resumed, it has the curve and the weights of an undisturbed run', async () => {
    const run = await newRun('killed');
    const curve = freshCurve();
    const first = await trainAndKill(run, curve, false, 9);
    expect(first).toBeGreaterThanOrEqual(7);
    const second = await trainAndKill(run, curve, true, first + 9);
    expect(second).toBeGreaterThan(first);
    const { step } = await trainToEnd(run, curve, true);
    expect(step).toBe(BUDGET.steps);
    expect(curve.starts).toEqual([0, first, second]);
    await expectSame(run, curve);
  });

  test('stopped inside an epoch and resumed, it goes on from the very step', async () => {
    const run = await newRun('stopped');
    const curve = freshCurve();
    const engine = forkEngine();
    const stop = new AbortController();
    const onEvent = (event: TrainEvent) => {
      record(curve, event);
      if (event.kind === 'step' && event.step >= 10) stop.abort();
    };
    const result = await engine.api.train(
      { runFolder: run, resume: false },
      { signal: stop.signal, onEvent },
    );
    await engine.kill();
    expect(result.reason).toBe('stopped');
    expect(result.step).toBeLessThan(BUDGET.steps);
    await trainToEnd(run, curve, true);
    expect(curve.starts).toEqual([0, result.step]);
    await expectSame(run, curve);
  });
});

test('a run without a checkpoint cannot be resumed, and says so', async () => {
  const run = await writeRun(await temporaryFolder(), pictures, { ...BUDGET, network: 'unet-mini' });
  const engine = forkEngine();
  await expect(engine.api.train({ runFolder: run, resume: true })).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('start a new one') as string,
  });
  await engine.kill();
});
