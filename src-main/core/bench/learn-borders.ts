/** V_rand and V_info of a model's predictions in `bench learn`, where one class is the border between regions. */
import { regionsOf, scoresAtThresholds } from '../../measure/segment-scores.js';
import { decodeImage } from '../../pixels/decode.js';
import type { EngineApi } from '../../shared/engine-api.js';
import { listClasses } from '../../store/classes.js';
import { listImages } from '../../store/images.js';
import { loadMask } from '../../store/masks.js';
import type { Project } from '../projects.js';
import { BORDER_THRESHOLDS, type ScoredImage } from './learn-images.js';

type BorderScores = Pick<ScoredImage, 'rand' | 'info'>;

/** By image name. @param border the class that parts regions; unlabelled pixels count as border */
export async function borderScores(
  { store }: Project,
  { api, model, border }: { api: Pick<EngineApi, 'predict'>; model: string; border: string },
): Promise<Map<string, BorderScores>> {
  const classes = listClasses(store);
  const at = classes.findIndex(({ name }) => name === border);
  const value = classes[at]!.value;
  const found = new Map<string, BorderScores>();
  for (const row of listImages(store).filter(({ split }) => split === 'test')) {
    const mask = loadMask(store, row.id);
    if (!mask) continue;
    const image = await decodeImage(row.absolutePath, row);
    const { probabilities } = await api.predict({ model, image, probabilities: true });
    const inside = Float32Array.from(mask.data, (_, i) => 1 - probabilities![i * classes.length + at]!);
    const truth = regionsOf(
      mask.data.map((label) => Number(label !== 0 && label !== value)),
      mask,
    );
    const scores = scoresAtThresholds({ truth, inside, size: mask }, BORDER_THRESHOLDS);
    found.set(row.name, { rand: scores.map(({ rand }) => rand), info: scores.map(({ info }) => info) });
  }
  return found;
}
