/** What `brushfield bench learn` found on each scored image: lines of a second CSV file, for intervals over images. */
import { sameKey, type LearnKey } from './learn-points.js';

export interface ScoredImage {
  name: string;
  /** `[truth][prediction]` in pixels. */
  confusion: number[][];
  /** As the engine defines it; NaN of classical methods. */
  softMacroDice: number;
  /** V_rand and V_info at BORDER_THRESHOLDS; empty where no class parts regions. */
  rand: number[];
  info: number[];
}

/** Of the probability of not being border, as the ISBI-2012 challenge tries them, without those that find nothing or everything. */
export const BORDER_THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

export const IMAGES_HEADER =
  'data,labels,part,method,budget,seed,image,confusion (truth by truth),soft macro Dice,V_rand at .1 to .9,V_info at .1 to .9\n';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export function imageLinesOf(key: LearnKey, images: readonly ScoredImage[]): string {
  const { data, labels, part, method, budget, seed } = key;
  const head = `${[data, labels, part, method, budget].map(quoted).join()},${seed}`;
  const list = (values: readonly number[]) => quoted(values.map((value) => value.toFixed(5)).join(' '));
  return images
    .map(({ name, confusion, softMacroDice, rand, info }) => {
      const counts = quoted(confusion.map((row) => row.join(' ')).join('; '));
      return `${head},${quoted(name)},${counts},${softMacroDice.toFixed(5)},${list(rand)},${list(info)}\n`;
    })
    .join('');
}

export interface ImageLine extends LearnKey {
  image: ScoredImage;
}

/** Of an image that was scored twice the later line counts; lines that were cut off count not at all. */
export function imageLinesIn(text: string): ImageLine[] {
  const lines = new Map<string, ImageLine>();
  for (const line of text.split('\n').slice(1, -1)) {
    const cells = [...line.matchAll(/"((?:[^"]|"")*)"|([^,"]+)/g)].map(
      ([, words, plain]) => words?.replaceAll('""', '"') ?? plain!,
    );
    if (cells.length !== 11) continue;
    const [data, labels, part, method, budget, seed, name, counts, dice, rand, info] = cells as [
      ...[string, string, string, string, string, string],
      ...[string, string, string, string, string],
    ];
    const numbers = (values: string) => (values ? values.split(' ').map(Number) : []);
    lines.set(cells.slice(0, 7).join('|'), {
      ...{ data, labels, part, method, budget, seed: Number(seed) },
      image: {
        name,
        confusion: counts.split('; ').map(numbers),
        softMacroDice: Number(dice),
        ...{ rand: numbers(rand), info: numbers(info) },
      },
    });
  }
  return [...lines.values()];
}

/** Images of one point; empty where they were not written. */
export const imagesOf = (lines: readonly ImageLine[], key: LearnKey): ScoredImage[] =>
  lines.filter((line) => sameKey(line, key)).map(({ image }) => image);
