/** What the dialog about one model, or two side by side, says of them; pure. */
import type { RunDetail, RunSummary, SettingValue } from '../../src-main/shared/app-api-training.js';
import { trainingStrings } from '../strings-training.js';

const texts = trainingStrings.runs;

export interface ScoreRow {
  title: string;
  /** One a run; null: not known. */
  values: (number | null)[];
  /** The second less the first; null where one is not known, or there is one run only. */
  difference: number | null;
}

/** Mean IoU and pixel accuracy, then IoU and Dice of each class that any of the runs knows. */
export function scoreRows(runs: readonly RunDetail[]): ScoreRow[] {
  const row = (title: string, of: (run: RunDetail) => number | null | undefined): ScoreRow => {
    const values = runs.map((run) => of(run) ?? null);
    const [first = null, second = null] = values;
    return { title, values, difference: first === null || second === null ? null : second - first };
  };
  const names = [...new Set(runs.flatMap((run) => run.scores?.classes.map(({ name }) => name) ?? []))];
  const ofClass = (run: RunDetail, name: string) => run.scores?.classes.find((one) => one.name === name);
  return [
    row(texts.fields.score, (run) => run.scores?.meanIoU ?? run.bestScore),
    ...(runs.some(({ threshold }) => threshold)
      ? [row(texts.fields.threshold, (run) => run.threshold?.meanIoU)]
      : []),
    row(texts.fields.accuracy, (run) => run.scores?.pixelAccuracy),
    row(texts.fields.heldOutLoss, (run) => run.scores?.loss),
    ...names.flatMap((name) => [
      row(`${name}: IoU`, (run) => ofClass(run, name)?.iou),
      row(`${name}: Dice`, (run) => ofClass(run, name)?.dice),
    ]),
  ];
}

/** Whether a threshold would have done better, with both numbers; null when that is not known. */
export function thresholdVerdict({
  scores,
  threshold,
}: Pick<RunSummary, 'scores' | 'threshold'>): { better: boolean; sentence: string } | null {
  if (!scores || !threshold) return null;
  const better = threshold.meanIoU > scores.meanIoU;
  const say = better ? texts.thresholdBetter : texts.thresholdWorse;
  const name = texts.thresholdName(threshold.bands, threshold.channel);
  return { better, sentence: say(name, threshold.meanIoU, scores.meanIoU) };
}

export interface SettingRow {
  name: string;
  values: SettingValue[];
}

/** Of one run the settings other than its network's defaults; of several those that differ between them. */
export function settingRows(runs: readonly RunDetail[]): SettingRow[] {
  const [only] = runs;
  if (runs.length === 1 && only)
    return Object.entries(only.changedSettings)
      .map(([name, value]) => ({ name, values: [value] }))
      .sort(byName);
  const names = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  return names
    .map((name) => ({ name, values: runs.map(({ settings }) => settings[name] ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1)
    .sort(byName);
}

const byName = (a: SettingRow, b: SettingRow): number => (a.name < b.name ? -1 : 1);

/** Title and value; in the order to be read. */
export function factsOf(run: RunDetail): [string, string][] {
  const { fields } = texts;
  const of = (split: string) => run.images.filter((image) => image.split === split);
  const sum = (pixels: number[]) => pixels.reduce((total, one) => total + one, 0);
  const trained = of('train');
  const labelled = sum(trained.map(({ labelledPixels }) => labelledPixels));
  const byModels = sum(trained.map(({ modelPixels }) => modelPixels));
  const maybe = (title: string, value: string | null): [string, string][] =>
    value === null ? [] : [[title, value]];
  return [
    [fields.state, run.sentence ?? texts.states[run.state]],
    ...maybe(fields.verdict, thresholdVerdict(run)?.sentence ?? null),
    [fields.images, texts.imagesOf(trained.length, of('val').length)],
    [fields.pixels, texts.pixelsOf(labelled, byModels)],
    [fields.created, new Date(run.createdAt).toLocaleString()],
    ...maybe(fields.trained, run.trainedMinutes === null ? null : texts.minutes(run.trainedMinutes)),
    ...maybe(fields.steps, run.steps === null ? null : run.steps.toLocaleString('en')),
    ...maybe(fields.device, run.device),
    ...maybe(fields.from, run.startedFrom),
    [fields.folder, run.folder],
  ];
}

/** Whether both were scored on the same held-out images with as many labels. */
export function sameHeldOut(runs: readonly RunDetail[]): boolean {
  const heldOut = runs.map(({ images }) =>
    images
      .filter(({ split }) => split === 'val')
      .map(({ id, labelledPixels }) => `${id} ${labelledPixels}`)
      .sort()
      .join(),
  );
  return new Set(heldOut).size <= 1;
}
