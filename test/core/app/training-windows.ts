/** A window on a project that a network learns in seconds: bright discs on a dark, noisy ground, painted by hand. */
import { join } from 'node:path';
import type { AppEvent } from '../../../src-main/shared/app-api.js';
import type { TrainingChoice, TrainingEvent } from '../../../src-main/shared/app-api-training.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { packTile } from '../../../src-main/store/tile-runs.js';
import { writePng } from '../temporary-project.js';
import type { TemporaryApp, Window } from './windows.js';

export const SIDE_PX = 64;

/** With these a training takes seconds and gives the same numbers twice. */
export const QUICK = {
  ...{ size: 32, batch: 2, threads: 1, device: 'cpu', reestimate: 4 },
  ...{ steps: 20, stepsPerEpoch: 5 },
};

export const choiceOf = (
  settings: Record<string, string | number | boolean> = QUICK,
  rest: Partial<TrainingChoice> = {},
): TrainingChoice => ({
  goal: 'fast',
  structure: 'auto',
  classes: null,
  settings,
  weights: 'none',
  from: null,
  ...rest,
});

export interface DiscProject {
  window: Window;
  folder: string;
  ids: number[];
  /** Label values as they were painted: 1 ground, 2 disc. */
  labels: Uint8Array[];
}

/** `count` pictures, all but the last `bare` of them labelled; the second is held out. */
export async function discProject(app: TemporaryApp, count = 4, bare = 0): Promise<DiscProject> {
  const window = app.openWindow();
  const folder = join(app.folder, 'discs.brushfield');
  await window.api.createProject({ folder, classes: ['ground', 'disc'] });
  const labels: Uint8Array[] = [];
  const paths: string[] = [];
  for (let n = 0; n < count; n++) {
    const random = randomFor(17, n);
    const [cx, cy, radius] = [random.uniform(20, 44), random.uniform(20, 44), random.uniform(10, 16)];
    const inside = (x: number, y: number) => Math.hypot(x - cx, y - cy) < radius;
    const size = { width: SIDE_PX, height: SIDE_PX };
    const pixel = (x: number, y: number) => (inside(x, y) ? 170 : 70) + random.integer(40);
    paths.push(writePng(join(app.folder, 'images', `disc${n}.png`), pixel, size));
    labels.push(
      Uint8Array.from({ length: SIDE_PX ** 2 }, (_, i) =>
        inside(i % SIDE_PX, Math.floor(i / SIDE_PX)) ? 2 : 1,
      ),
    );
  }
  const { ids } = await window.api.addImages({ paths });
  for (const [n, id] of ids.entries())
    if (n < count - bare)
      await window.api.saveEdit({
        imageId: id,
        title: 'Brush',
        author: 'person',
        baseVersion: 0,
        tiles: [{ ty: 0, tx: 0, bytes: packTile(labels[n]!) }],
      });
  await window.api.setSplit({ ids: [ids[1]!], split: 'val' });
  await window.api.setSplit({ ids: ids.filter((_, n) => n !== 1), split: 'train' });
  return { window, folder, ids, labels };
}

/** What was told of trainings so far. */
export const trainingEvents = ({ events }: Pick<Window, 'events'>): TrainingEvent[] =>
  events.flatMap((event: AppEvent) => (event.kind === 'training' ? [event.event] : []));

/** Resolves with the first event of a kind, from the `skip`th event about trainings on. */
export async function told<K extends TrainingEvent['kind']>(
  window: Pick<Window, 'events'>,
  kind: K,
  where: (event: TrainingEvent & { kind: K }) => boolean = () => true,
  skip = 0,
): Promise<TrainingEvent & { kind: K }> {
  for (;;) {
    const found = trainingEvents(window)
      .slice(skip)
      .find((event): event is TrainingEvent & { kind: K } => event.kind === kind && where(event as never));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
