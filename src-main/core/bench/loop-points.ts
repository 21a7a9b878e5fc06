/** What `brushfield bench loop` measures, as lines of one CSV file that a run which was broken off goes on with. */
import { DATA_SETS } from './reference-cases.js';

export interface LoopPoint {
  data: keyof typeof DATA_SETS;
  ranking: string;
  seed: number;
  /** 0: strokes only. */
  round: number;
  /** Of all training images. */
  labelledPixels: number;
  /** Dice on the test images, pixels pooled, mean over classes, 0 … 1. */
  dice: number;
  /**
   * What a person had to paint for them: the strokes, and in each tile the unlabelled pixels where the model was wrong; the
   * others are taken over with a key. Null: measured before this was counted.
   */
  paintedPixels: number | null;
}

export const LOOP_HEADER = 'data,ranking,seed,round,labelled pixels,Dice,painted pixels\n';

/** One line with its end. */
export const lineOf = ({
  data,
  ranking,
  seed,
  round,
  labelledPixels,
  dice,
  paintedPixels,
}: LoopPoint): string =>
  `"${data}","${ranking}",${seed},${round},${labelledPixels},${dice},${paintedPixels ?? ''}\n`;

/** Lines of six columns, as they once were, have no painted pixels. Of a point that was measured twice, after a run was broken off, the later one counts. A cut-off last line counts not at all. */
export function pointsIn(text: string): LoopPoint[] {
  const points = new Map<string, LoopPoint>();
  for (const line of text.split('\n').slice(1, -1)) {
    const match = /^"([^"]*)","([^"]*)",(\d+),(\d+),(\d+),([\d.e-]+)(?:,(\d*))?$/.exec(line);
    if (!match || !Object.hasOwn(DATA_SETS, match[1]!)) continue;
    const [seed, round, labelledPixels, dice] = match.slice(3, 7).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    points.set(match.slice(1, 5).join('|'), {
      data: match[1] as LoopPoint['data'],
      ranking: match[2]!,
      seed,
      round,
      labelledPixels,
      dice,
      paintedPixels: match[7] ? Number(match[7]) : null,
    });
  }
  return [...points.values()];
}

/** Whether a ranking was followed to its last round from one start. */
export const isMeasured = (
  points: readonly LoopPoint[],
  one: Pick<LoopPoint, 'data' | 'ranking' | 'seed' | 'round'>,
): boolean =>
  points.some(
    ({ data, ranking, seed, round }) =>
      data === one.data && ranking === one.ranking && seed === one.seed && round === one.round,
  );
