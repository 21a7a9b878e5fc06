/** The classifier behind suggestions as a model on the command line: trained, described, used, refused where it does not fit. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Passport } from '../../src-main/core/passport.js';
import { openProject } from '../../src-main/core/projects.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import { listRuns, type RunRow } from '../../src-main/store/runs.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
let tiny: TinyProject;
beforeAll(async () => {
  tiny = await tinyProject(folder);
});

const DEVICE = ['--device', 'cpu', '--threads', '1'];
const train = (...args: string[]) => brushfield(['train', tiny.project, ...args]);

function runs(): (RunRow & { epochs: number[] })[] {
  const project = openProject(tiny.project);
  try {
    return listRuns(project.store).map((run) => ({
      ...run,
      epochs: metricsOf(project.store, run.id).epochs.map(({ step }) => step),
    }));
  } finally {
    project.close();
  }
}

/** Intersection over union of discs, label value 2, with the drawn ones. */
async function iou(mask: string, truth: string): Promise<number> {
  const [found, drawn] = [await decodeLabelImage(mask), await decodeLabelImage(truth)];
  let [both, either] = [0, 0];
  drawn.data.forEach((value, i) => {
    const [here, there] = [value === 255, found.data[i] === 2];
    both += Number(here && there);
    either += Number(here || there);
  });
  return both / either;
}

describe('train --network live', () => {
  it('learns in one epoch and keeps a model with curve, scores and passport', async () => {
    const { code, stdout, stderr } = await train('--network', 'live', ...DEVICE);
    expect(stderr).toContain('parameters');
    expect(code).toBe(0);
    expect(stdout).toMatch(/after 200 steps \(1 epochs?/);
    const run = runs().at(-1)!;
    expect(run).toMatchObject({ state: 'finished', epochs: [200] });
    expect(run.name).toMatch(/-live$/);
    const passport = JSON.parse(
      readFileSync(join(tiny.project, run.folder, 'passport.json'), 'utf8'),
    ) as Passport;
    expect(passport).toMatchObject({ network: 'live', settings: { steps: 200, minutes: 0 } });
    expect(passport.scores!.classes[1]!.dice).toBeGreaterThan(0.8);
  });

  it('segments a folder, whole and in parts, to the same masks, and measures and reports', async () => {
    const whole = join(folder, 'whole');
    await succeed(
      'segment',
      tiny.project,
      '--input',
      tiny.images,
      '--output',
      whole,
      '--measure',
      ...DEVICE.slice(0, 2),
    );
    const masks = readdirSync(whole, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('_mask.png'),
    );
    expect(masks).toHaveLength(4);
    for (const name of masks)
      expect(await iou(join(whole, name), join(tiny.labels, name.replace('_mask', '')))).toBeGreaterThan(0.7);
    const parts = join(folder, 'parts');
    const { code } = await brushfield(
      ['segment', tiny.project, '--input', tiny.images, '--output', parts, ...DEVICE.slice(0, 2)],
      { env: { BRUSHFIELD_WHOLE_MEGAPIXELS: '0.001' } },
    );
    expect(code).toBe(0);
    for (const name of masks) {
      const [a, b] = [await decodeLabelImage(join(whole, name)), await decodeLabelImage(join(parts, name))];
      expect(Buffer.compare(Buffer.from(a.data), Buffer.from(b.data))).toBe(0);
    }
    const report = join(folder, 'report.html');
    await succeed('report', tiny.project, '--output', report);
    expect(readFileSync(report, 'utf8')).toContain('a pixel classifier');
  });

  it('is described like a network', async () => {
    expect(await succeed('info', 'live')).toContain('receptive field 133 px');
    expect(await succeed('info', tiny.project)).toContain('live');
  });

  it('learns anew from the labels when a training starts from it', async () => {
    const live = runs().at(-1)!;
    expect((await train('--from', live.name, ...DEVICE)).code).toBe(0);
    const again = runs().at(-1)!;
    expect(again.settings).toMatchObject({ network: 'live' });
    const best = (run: RunRow) => readFileSync(join(tiny.project, run.folder, 'best.safetensors'));
    expect(best(again)).toEqual(best(live));
  });

  it.each([
    [['--network', 'live', '--batch', '4'], 'batch changes nothing for the network "live"'],
    [['--network', 'live', '--minutes', '2'], 'minutes changes nothing'],
    [['--network', 'live', '--weights', 'imagenet'], 'leave out --weights'],
    [['--network', 'unet-quick', '--from', 'LIVE', ...QUICK], 'do not fit unet-quick'],
  ])('refuses %j and records nothing', async (args, sentence) => {
    const before = runs();
    const { code, stderr } = await train(...args.map((one) => (one === 'LIVE' ? before.at(-1)!.name : one)));
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    expect(runs()).toHaveLength(before.length);
  });

  it('has no Keras weights', async () => {
    const output = join(folder, 'live.h5');
    const { code, stderr } = await brushfield([
      'export',
      tiny.project,
      '--format',
      'keras-h5',
      '--output',
      output,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('no network of layers');
    expect(existsSync(output)).toBe(false);
  });
});
