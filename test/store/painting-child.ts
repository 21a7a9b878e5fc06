/** Run as a process: paints on image 1 of a project from a step on until it is killed, and says every step that is saved. */
import { writeSync } from 'node:fs';
import { redo, saveTiles, undo } from '../../src-main/store/edits.js';
import { loadMask } from '../../src-main/store/masks.js';
import { openStore } from '../../src-main/store/open.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { actAt, HEIGHT, paint, WIDTH } from './scripted-painting.js';

const [folder, first] = process.argv.slice(2);
const store = openStore(folder!);
for (let step = Number(first); ; step++) {
  const act = actAt(step);
  if (act.kind === 'stroke') {
    const map = loadMask(store, 1) ?? { width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT) };
    const tiles = paint(map, act).tiles.map(({ ty, tx, values }) => ({ ty, tx, bytes: packTile(values) }));
    saveTiles(store, { imageId: 1, title: `Step ${step}`, author: 'person', tiles });
  } else if (act.kind === 'undo') undo(store, 1);
  else redo(store, 1);
  writeSync(1, `${step}\n`);
}
