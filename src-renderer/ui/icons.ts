/** Our icons: paths on a 16 × 16 grid, drawn with a line of 1.5 and round ends. */
export const ICONS = {
  add: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500l3.500 3.500L13 4.500',
  down: 'M4 6l4 4 4-4',
  up: 'M4 10l4-4 4 4',
  left: 'M10 4l-4 4 4 4',
  right: 'M6 4l4 4-4 4',
  undo: 'M6 4L3 7l3 3M3 7h6a4 4 0 010 8H7',
  redo: 'M10 4l3 3-3 3M13 7H7a4 4 0 000 8h2',
  search: 'M7 12A5 5 0 107 2a5 5 0 000 10zM10.800 10.800L14 14',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  folder: 'M2 4.500h4.200L8 6.500h6v6.500H2z',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  image: 'M2 3h12v10H2zM2 11l3.500-3.500L9 11l2-2 3 3M10.500 6.200h.01',
  project: 'M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3',
  sample: 'M8 2l1.600 4.200L14 8l-4.400 1.800L8 14l-1.600-4.200L2 8l4.400-1.800z',
  home: 'M2.500 7.500L8 3l5.500 4.500M4 6.500V13h8V6.500M7 13V9.500h2V13',
  command: 'M3 4l4 4-4 4M8.500 12H13',
  theme:
    'M8 13.500A5.500 5.500 0 108 2.500zM8 13.500V2.500A5.500 5.500 0 018 13.500M8 5.500l3.800-.500M8 8h5.500M8 10.500l4.200.500',
  help: 'M6 6a2 2 0 114 0c0 1.500-2 1.500-2 3M8 12h.01',
  list: 'M2.500 4h2v2h-2zM2.500 10h2v2h-2zM7.500 5h6M7.500 11h6',
  panels: 'M2 3h12v10H2zM10 3v10',
  info: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.500V11M8 5h.01',
  warning: 'M8 2.500L14.500 13.500h-13zM8 6.500v3.500M8 12h.01',
  edit: 'M3 13l.700-3L10.500 3.200l2.300 2.300L6 12.300z',
  trash: 'M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.500 9h6l.500-9',
  lock: 'M4 7.500h8V14H4zM5.500 7.500V5a2.500 2.500 0 015 0v2.500',
  filter: 'M2 3.500h12L9.500 8.500v4.500l-3-1.500v-3z',
} as const;

export type IconName = keyof typeof ICONS;
