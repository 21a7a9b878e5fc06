/** Texts of the dialog that checks and mends a project. */

const count = (value: number, one: string, many = `${one}s`): string =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const repairStrings = {
  command: 'Check and repair…',
  chooseTitle: 'Project to check',
  title: (name: string) => `Check and repair ${name}`,
  checking: 'Reading the whole project. Nothing is changed.',
  mending: 'Repairing. The damaged file is kept.',
  progress: 'Progress',
  stop: 'Stop',
  fine: 'Nothing is wrong with this project.',
  readAll: ({ images, tiles, edits, runs }: { images: number; tiles: number; edits: number; runs: number }) =>
    `All of it can be read and fits together: ${count(images, 'image')}, ${count(tiles, 'label tile')}, ${count(edits, 'step')} of undo, ${count(runs, 'model')}.`,
  found: (problems: number) => `What was found: ${count(problems, 'problem')}`,
  more: (problems: number) => `and ${count(problems, 'more', 'more')}`,
  whatTitle: 'What the repair does',
  keeps: 'First, the project’s file is kept as it is, under another name in the same folder.',
  backup: (time: string) =>
    `Labels that cannot be read are taken from the backups in the project, as far as those have them. The newest is of ${time}.`,
  noBackup:
    'This project has no backup, so labels that cannot be read become unlabelled. All that can be read stays.',
  rest: 'What can be read stays as it is. Images are never touched.',
  tells: 'Afterwards you see image by image what was done, so that you can look at it.',
  notNow: 'Not now',
  repair: 'Repair',
  done: 'The project is whole again.',
  partly: 'What could be mended is mended; some of it could not.',
  doneTitle: 'What was done',
  leftTitle: 'What is left',
  kept: 'The file as it was',
  open: 'Open the project',
  failed: 'It could not be checked',
  notMended: 'It could not be repaired',
};
