/** What to do with files and folders dropped on the window. */
import { addImages } from './adding-images.js';
import { strings } from '../strings.js';
import { sortDropped, type DroppedFile } from './dropped-files.js';
import type { AppState } from './app.svelte.js';
import type { ImageSource } from './dialogs.svelte.js';

/** A page asks for at most this many files of a dropped folder; a larger one is added by its path. */
const MOST_FILES = 20_000;

/**
 * Opens a dropped project, adds dropped images to the open one, or offers a new project for them.
 * The items must be read before the event is over, hence what is taken from it comes first.
 */
export async function takeDrop(app: AppState, transfer: DataTransfer): Promise<void> {
  const files = [...transfer.files];
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const bridge = window.brushfieldHost;
  const paths = bridge && files.map((file) => bridge.pathOf(file)).filter((path) => path !== '');
  if (paths?.length === 1 && paths[0]!.endsWith('.brushfield')) {
    await app.openProject(paths[0]!);
    return;
  }
  const source: ImageSource = paths
    ? { paths }
    : entries.length > 0
      ? sortDropped(await filesOf(entries))
      : { files, labels: [] };
  if (('paths' in source ? source.paths : source.files).length === 0)
    return app.notices.say(strings.drop.nothing);
  if (app.project) await addImages(app, app.project, source);
  else app.dialogs.show({ kind: 'new-project', images: source });
}

/** All files below the dropped entries, without those whose names begin with a dot. */
async function filesOf(entries: readonly FileSystemEntry[]): Promise<DroppedFile[]> {
  const found: DroppedFile[] = [];
  const waiting = [...entries];
  for (let entry = waiting.shift(); entry && found.length < MOST_FILES; entry = waiting.shift()) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isFile) found.push({ path: entry.fullPath, file: await fileOf(entry as FileSystemFileEntry) });
    else waiting.push(...(await childrenOf(entry as FileSystemDirectoryEntry)));
  }
  return found.sort((a, b) => a.file.name.localeCompare(b.file.name, 'en', { numeric: true }));
}

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject));

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives at most a hundred at a time and ends with none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
