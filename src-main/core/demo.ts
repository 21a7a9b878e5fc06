/** The main job from end to end: images and labels in, a network trained, held-out scores, masks out. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { listImages } from '../store/images.js';
import { evaluateModel, type EvaluationReport } from './evaluation.js';
import { importImages } from './import.js';
import { locateImage, requireUnchanged } from './images.js';
import { resolveModel } from './models.js';
import { packageRoot } from '../disk/package-root.js';
import { createProject, type Project } from './projects.js';
import { segmentFiles, type SegmentEvent, type SegmentResult } from './segmentation.js';
import { countSplits, splitProject } from './splits.js';
import { thresholdBaseline, type BaselineScores } from './threshold-baseline.js';
import { trainProject, type TrainingEvent } from './training.js';
import { writeFileAtomic } from '../disk/atomic-file.js';

export interface DemoOptions {
  /** Instead of the sample: images, or a folder of images and labels as `import` knows it. */
  images?: string;
  labels?: string;
  map?: string;
  /** Where everything is kept; default: a new folder for temporary files. */
  output?: string;
  set: Record<string, string | number | boolean>;
  weights?: string;
}

export type DemoEvent =
  | { kind: 'stage'; text: string }
  | { kind: 'import'; done: number; total: number }
  | { kind: 'training'; event: TrainingEvent }
  | { kind: 'segment'; event: SegmentEvent };

export interface DemoResult {
  /** Holds `demo.brushfield` and `results`. */
  folder: string;
  project: string;
  run: string;
  results: string;
  /** Held-out images that training never saw. */
  scores: EvaluationReport;
  baseline: BaselineScores;
  /** Mean Dice of the network minus the threshold's, over the classes. */
  margin: number;
  segmented: SegmentResult;
  stopped: boolean;
}

/** Shares of anybody's images that are held out when they come without a division of their own. */
const TEST_SHARE = 0.2;

/** @throws AppError as its parts do; the folder stays, so that what is done can be looked at. */
export async function runDemo(options: DemoOptions, call: Call<DemoEvent> = {}): Promise<DemoResult> {
  const { signal } = call;
  const abort = signal ? { signal } : {};
  const stage = (text: string) => call.onEvent?.({ kind: 'stage', text });
  const sample = options.images === undefined;
  if (sample && (options.labels ?? options.map) !== undefined)
    throw new AppError('usage', '--labels and --map go with --images FOLDER.');
  const folder = await demoFolder(options.output);
  const project = createProject(join(folder, 'demo.brushfield'), sample ? { classes: SAMPLE_CLASSES } : {});
  try {
    const source = options.images ?? sampleFolder();
    stage(`Importing ${sample ? 'the sample images' : source}`);
    await importImages(
      project,
      { paths: [source], labels: options.labels, map: options.map },
      { ...abort, onEvent: ({ done, total }) => call.onEvent?.({ kind: 'import', done, total }) },
    );
    holdOutTest(project);

    stage('Training');
    const {
      run,
      folder: runFolder,
      result,
    } = await trainProject(
      project,
      { set: options.set, ...(options.weights !== undefined && { weights: options.weights }) },
      { ...abort, onEvent: (event) => call.onEvent?.({ kind: 'training', event }) },
    );

    stage('Scoring images that training never saw');
    const model = await resolveModel(runFolder);
    const scores = await evaluateModel(model, { split: 'test' });
    const baseline = await thresholdBaseline(project, 'test');

    const results = join(folder, 'results');
    stage(`Segmenting ${sample ? 'unseen images' : 'the images that training never saw'}`);
    const input = sample ? join(sampleFolder(), 'unseen') : await testImageList(project, folder);
    const segmented = await segmentFiles(
      model,
      { input, output: results, overlay: true },
      { onEvent: (event) => call.onEvent?.({ kind: 'segment', event }) },
    );
    const mean = (rows: readonly { dice: number }[]) =>
      rows.reduce((sum, { dice }) => sum + dice, 0) / rows.length;
    return {
      folder,
      project: project.folder,
      run,
      results,
      scores,
      baseline,
      margin: mean(scores.classes) - mean(baseline.classes),
      segmented,
      stopped: result.reason === 'stopped',
    };
  } finally {
    project.close();
  }
}

/** In the order of the sample's label values. */
export const SAMPLE_CLASSES = ['background', 'nucleus'];

export const sampleFolder = (): string => join(packageRoot(), 'resources', 'sample');

async function demoFolder(output: string | undefined): Promise<string> {
  if (output === undefined) return mkdtemp(join(tmpdir(), 'brushfield-demo-'));
  const folder = resolve(output);
  if (existsSync(folder) && (await readdir(folder)).length)
    throw new AppError('exists', `${folder} is not empty; name a new folder for the demo.`);
  await mkdir(folder, { recursive: true });
  return folder;
}

function holdOutTest(project: Project): void {
  const images = listImages(project.store);
  if (countSplits(images).test === 0) splitProject(project, { val: TEST_SHARE, test: TEST_SHARE, seed: 1 });
}

async function testImageList(project: Project, folder: string): Promise<string> {
  const paths = new Set<string>();
  for (const image of listImages(project.store))
    if (image.split === 'test') paths.add(requireUnchanged(await locateImage(project, image)));
  const list = join(folder, 'test-images.txt');
  await writeFileAtomic(list, [...paths, ''].join('\n'));
  return list;
}
