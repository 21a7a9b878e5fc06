/** Texts of the table of measurements; part of `strings`. */
const number = (value: number): string => value.toLocaleString('en');

export const resultsStrings = {
  title: 'Measurements',
  command: 'Measure objects…',
  batchCommand: 'Table and charts',
  close: 'Close the measurements',
  source: 'Measure',
  project: 'Labels of this project',
  batch: (name: string) => `Batch ${name}`,
  measure: 'Measure',
  measuring: 'Measuring objects',
  nothing:
    'Choose what to measure, then press Measure: objects of every class, and the share of each class in every image.',
  views: { table: 'Table', histogram: 'Histogram', scatter: 'Scatter', boxes: 'Box plots' },
  view: 'How it is shown',
  tables: { objects: 'Objects', images: 'Images' },
  table: 'Rows',
  rows: (shown: number, all: number) =>
    shown === all
      ? `${number(all)} ${all === 1 ? 'row' : 'rows'}`
      : `${number(shown)} of ${number(all)} rows`,
  left: (files: number) => `${number(files)} not measured`,
  leftTitle: 'Images that were not measured',
  pixelSize: 'µm a pixel',
  pixelSizeHint: 'As the files say; a number here counts for all images',
  class: 'Class',
  allClasses: 'All classes',
  text: 'Image contains',
  range: 'Filter by column',
  noRange: 'No range',
  least: 'From',
  greatest: 'To',
  columns: 'Columns',
  column: 'Column',
  x: 'Across',
  y: 'Up',
  by: 'By',
  groups: { folder: 'Folder', group: 'Group', class: 'Class', image: 'Image' },
  export: 'Save CSV…',
  exportTitle: 'Folder for the table',
  exporting: 'Saving the table',
  exported: (path: string, rows: number) =>
    `${number(rows)} rows were saved as ${path}; what the columns mean lies beside it.`,
  replace: 'Replace them',
  sortBy: (name: string, unit: string) => (unit ? `${name} (${unit})` : name),
  hint: 'Enter or a click shows the object in its image.',
  empty: 'No row fits the filters.',
  missing: (count: number) => `${number(count)} without a value`,
  points: (shown: number, total: number) =>
    shown === total
      ? `${number(total)} ${total === 1 ? 'point' : 'points'}`
      : `${number(shown)} of ${number(total)} points, evenly chosen`,
  boxes: (shown: number, total: number) =>
    shown === total
      ? `${number(total)} ${total === 1 ? 'group' : 'groups'}`
      : `The ${number(shown)} largest of ${number(total)} groups`,
  box: (name: string, count: number, values: string) => `${name}, ${number(count)} rows: ${values}`,
  notInProject: (name: string) => `${name} is not in this project.`,
  add: 'Add to the project and open',
  count: 'rows',
};
