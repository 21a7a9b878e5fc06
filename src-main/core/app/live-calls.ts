/** Calls that suggest labels from the strokes there are now, and take suggestions over. */
import type { LiveApi } from '../../shared/app-api-live.js';
import type { UncertainTile } from '../../shared/app-api-predictions.js';
import { imageById, listImages } from '../../store/images.js';
import { imagePage } from '../../store/image-list.js';
import { candidatesIn, mostUncertain } from '../uncertain-tiles.js';
import { labelledCells } from './labelled-cells.js';
import { acceptedTiles, saveAccepted } from './prediction-accept.js';
import type { Session } from './session.js';

/** Images that are looked at for the next place to label: seconds, not minutes. */
const LOOKED_AT = 8;

export function liveCalls(session: Session): LiveApi {
  const { live } = session;
  return {
    liveSuggest: (wanted, call) => live.suggest(session.requireProject(), wanted, call),
    async acceptSuggestion({ baseVersion, ...wanted }, call) {
      const open = session.requireWritable();
      const { imageId } = wanted;
      const tiles = await live.with(open, imageId, call?.signal, (source) =>
        acceptedTiles(open.project.store, source, wanted, call?.signal),
      );
      return saveAccepted(session, { imageId, title: 'Accept suggestion', baseVersion, tiles });
    },
    async nextToLabel({ imageId, exclude }, { signal, onEvent } = {}) {
      const open = session.requireProject();
      const { store } = open.project;
      const seen = new Set(exclude.map((one) => `${one.imageId}:${one.x}:${one.y}`));
      const candidates: UncertainTile[] = [];
      const ids = imageId === null ? imagesToLabel(session) : [imageId];
      for (const [done, id] of ids.entries()) {
        const { name, width, height } = imageById(store, id);
        onEvent?.({ done, total: ids.length, name });
        // One bad file does not end the rest.
        const cells = await live
          .with(open, id, signal, (source) => source.cells())
          .catch((error: unknown) => {
            if (signal?.aborted || imageId !== null || ids.length === 1) throw error;
            return null;
          });
        if (!cells) continue;
        const labelled = labelledCells(store, id);
        candidates.push(...candidatesIn({ imageId: id, name, width, height, cells, labelled }));
      }
      const left = candidates.filter((one) => !seen.has(`${one.imageId}:${one.x}:${one.y}`));
      return mostUncertain(left, 1)[0] ?? null;
    },
    endLive: () => live.end(),
  };
}

/** The open one first, then others that are not labelled to the last pixel, spread over the list. */
function imagesToLabel(session: Session): number[] {
  const { store } = session.requireProject().project;
  const unfinished = listImages(store)
    .filter(({ split }) => split === null || split === 'train')
    .filter(({ id, width, height }) => (imagePage(store, [id])[0]?.labelledPixels ?? 0) < width * height)
    .map(({ id }) => id);
  const first = unfinished.filter((id) => id === session.openedImage);
  const others = unfinished.filter((id) => id !== session.openedImage);
  const every = Math.max(1, Math.ceil(others.length / (LOOKED_AT - 1)));
  return [...first, ...others.filter((_, index) => index % every === 0)];
}
