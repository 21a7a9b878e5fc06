/** Texts of segmenting whole folders; part of `strings`. */
import type { BatchFileState, BatchState } from '../src-main/shared/app-api-batch.js';

const number = (value: number): string => value.toLocaleString('en');
const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${number(count)} ${many}`;

export const batchStrings = {
  tab: 'Batch',
  title: 'Segment a folder',
  noModel: 'Train a model first: it can then segment whole folders.',
  model: 'Model',
  input: 'Folder of images',
  inputTitle: 'Folder of images to segment',
  output: 'Folder for the results',
  outputTitle: 'Folder for the results',
  choose: 'Choose…',
  chooseInput: 'Choose… the folder of images',
  chooseOutput: 'Choose… the folder for the results',
  /** Offered beside the folder of images. */
  outputName: (folder: string) => `${folder}-segmented`,
  recursive: 'Also folders within it',
  measure: 'Measure the objects (tables as CSV)',
  overlay: 'Pictures with the classes over them',
  probabilities: 'Probabilities of each class (.npy, large)',
  overwrite: 'Replace the results of an earlier batch there',
  found: (files: number) => counted(files, 'image file', 'image files'),
  trial: 'Try three first',
  all: 'Segment all',
  start: 'Starting the batch',
  list: 'Batches',
  none: 'Folders that you segment are listed here.',
  states: {
    running: 'running',
    paused: 'paused',
    stopped: 'stopped',
    finished: 'finished',
    failed: 'failed',
  } satisfies Record<BatchState, string>,
  trialOf: (files: number) => `trial of ${counted(files, 'image', 'images')}`,
  progress: 'Progress of the batch',
  counts: (done: number, failed: number, total: number) =>
    `${number(done)} of ${number(total)} done${failed > 0 ? ` · ${number(failed)} failed` : ''}`,
  left: (text: string) => `${text} left`,
  results: (folder: string) => `Results in ${folder}`,
  now: (name: string) => `Now: ${name}`,
  pause: 'Pause',
  pausing: 'Pausing the batch',
  resume: 'Resume',
  resuming: 'Going on with the batch',
  retry: (files: number) =>
    files === 1 ? 'Try the failed file again' : `Try the ${number(files)} failed files again`,
  goOn: 'Segment all',
  stop: 'Stop',
  stopping: 'Stopping the batch',
  forget: 'Remove from the list',
  forgotten: 'The batch was removed from the list; its results stay where they are.',
  files: 'Files of the batch',
  filter: 'Show',
  filters: { all: 'All files', done: 'Done', failed: 'Failed', waiting: 'Waiting' },
  fileStates: { done: 'done', failed: 'failed', waiting: 'waiting' } satisfies Record<BatchFileState, string>,
  seconds: (seconds: number) => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`,
  nothing: 'No file is in this state.',
  add: 'Add to the project',
  addHint: 'Adds the image to this project, where its labels can be corrected and learned from.',
  status: (done: number, total: number) => `Batch ${number(done)} of ${number(total)}`,
  command: 'Segment a folder…',
};
