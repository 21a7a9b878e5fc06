/** Native dialogs: which files and folders a person points at. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { dialog, shell, type BrowserWindow, type OpenDialogOptions } from 'electron';
import { AppError } from '../../shared/errors.js';
import type { HostApi, PickKind } from '../../shared/host-api.js';

const IMAGES = ['tif', 'tiff', 'png', 'jpg', 'jpeg', 'bmp'];
/** Folders that a desktop would start as a program instead of showing them. */
const STARTS = /\.(app|bundle|appex|prefpane|workflow)\/*$|\.\{[0-9a-f-]+\}[\\/]*$/i;

const OPEN: Readonly<Record<PickKind, OpenDialogOptions>> = {
  project: { properties: ['openDirectory'] },
  images: { properties: ['openFile', 'multiSelections'], filters: withAll('Images', IMAGES) },
  'images-folder': { properties: ['openDirectory'] },
  labels: { properties: ['openFile', 'multiSelections'], filters: withAll('Masks', IMAGES) },
  weights: { properties: ['openFile'], filters: withAll('Weights', ['h5', 'hdf5', 'safetensors']) },
  folder: { properties: ['openDirectory', 'createDirectory'] },
};

type Dialogs = Pick<HostApi, 'pickOpen' | 'pickSave' | 'openFolder'>;

export function dialogsOf(window: BrowserWindow): Dialogs {
  return {
    async pickOpen({ kind, title, folder }) {
      if (!Object.hasOwn(OPEN, kind)) throw new AppError('usage', 'There is no such dialog.');
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        ...OPEN[kind],
        title: text(title),
        ...(folder !== undefined && { defaultPath: text(folder) }),
      });
      return canceled ? [] : filePaths;
    },
    async pickSave({ title, defaultPath }) {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title: text(title),
        defaultPath: text(defaultPath),
        // Whether something is there already is the core's to say: it overwrites nothing.
        properties: ['createDirectory'],
      });
      return canceled || !filePath ? null : filePath;
    },
    async openFolder({ folder }) {
      const path = text(folder);
      const found = isAbsolute(path) ? await stat(path).catch(() => null) : null;
      if (!found?.isDirectory()) throw new AppError('not-found', `There is no folder ${path}.`);
      if (STARTS.test(path)) throw new AppError('usage', `${path} is a program, not a folder of results.`);
      const problem = await shell.openPath(path);
      if (problem) throw new AppError('set-up', `The folder ${path} could not be shown: ${problem}.`);
    },
  };
}

function withAll(name: string, extensions: string[]) {
  return [
    { name, extensions },
    { name: 'All files', extensions: ['*'] },
  ];
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.includes('\0'))
    throw new AppError('usage', 'A dialog was asked for with something that is no text.');
  return value;
}
