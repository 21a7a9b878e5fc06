/** What a person is told about images on both sides of a split. */
import type { Leak } from './leak-guard.js';

/** One sentence on all leaks of a kind with the first names. */
export const leakSentences = (leaks: readonly Leak[]): string[] => [
  ...sentence(leaks, 'group', {
    what: 'Images of one group lie on both sides of the split',
    advice: '"brushfield split" keeps groups together',
  }),
  ...sentence(leaks, 'alike', {
    what: 'Images that look nearly the same lie on both sides of the split',
    advice: '"brushfield split" keeps them together',
  }),
];

/** As `leakSentences`, for images that were scored by themselves. */
export const likenessSentences = (leaks: readonly Leak[]): string[] =>
  sentence(leaks, 'alike', {
    what: 'Images that are scored look nearly the same as images that were trained on',
    advice: 'leave them out',
  });

function sentence(
  leaks: readonly Leak[],
  kind: Leak['kind'],
  { what, advice }: { what: string; advice: string },
): string[] {
  const found = leaks.filter((leak) => leak.kind === kind);
  const [first] = found;
  if (!first) return [];
  const names = first.images.slice(0, 3).join(', ') + (first.images.length > 3 ? ', …' : '');
  const more = found.length > 1 ? `, and ${found.length - 1} more such sets` : '';
  return [`${what} (${names}${more}), so scores will be too good; ${advice}.`];
}
