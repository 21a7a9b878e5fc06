/** Texts of live suggestions. */

const count = (value: number, one: string, many = `${one}s`): string =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const liveStrings = {
  title: 'Live suggestions',
  on: 'Suggest while I paint',
  hint: 'A quick classifier learns from your strokes and shows what it takes the rest for. It needs strokes of at least two classes, background among them.',
  offByModel:
    'Off, since the project has a model or gets one. Switch them on to see suggestions in place of its predictions.',
  state: {
    waiting: 'Waiting for the first strokes.',
    missing: (names: readonly string[]) => `Waiting for strokes of: ${names.join(', ')}.`,
    oneMore: 'Waiting for strokes of a second class.',
    complete: 'Every pixel of this image is labelled.',
    learning: 'Learning …',
    reading: (place: number, images: number) => `Reading image ${place} of ${images} …`,
    ready: (pixels: number, images: number) =>
      `Learned from ${count(pixels, 'pixel')} of ${count(images, 'image')}.`,
    leftOut: (name: string, reason: string, more: number) =>
      `Left out: ${name}. ${reason}${more > 0 ? ` And ${count(more, 'more', 'more')}.` : ''}`,
  },
  look: 'Shown as',
  looks: { outline: 'Outline', tint: 'Tint', doubt: 'Doubt' },
  lookHints: {
    outline: 'The borders of what is suggested, and a light tint.',
    tint: 'Every suggested pixel in the colour of its class.',
    doubt: 'How sure the classifier is: yellow where it is least.',
  },
  opacity: 'Strength',
  minConfidence: 'Only where it is at least this sure',
  percent: (share: number) => `${Math.round(share * 100)} %`,
  acceptTitle: 'Take over',
  acceptHint:
    'Into unlabelled pixels; one step that undo takes back. Or paint with the model brush (Shift+B), or press S over an object.',
  acceptAll: 'All suggestions',
  ofClass: (name: string) => `Suggested ${name}`,
  nothing: 'There is nothing unlabelled to take over here.',
  readOnly: 'Labels cannot be changed here.',
  keep: 'Keep as a model',
  keepHint:
    'Learns once more from all labels, in seconds, held-out images aside, on which it is scored. Then it can do what any model can: predict, segment whole folders, be exported.',
  next: 'What to label next',
  nextTitle: 'Looking for the place that teaches most',
  noNext: 'There is no place left that is not labelled.',
  place: 'Place to label next',
  paintWithout: 'Nothing is suggested here yet: paint strokes of at least two classes first.',
} as const;
