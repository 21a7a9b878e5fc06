/** How well a typed text fits a title: its letters in order, best at the beginnings of words. */

/** Higher is better; null when a letter of `query` is missing. An empty query fits everything alike. */
export function fuzzyScore(query: string, title: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const text = title.toLowerCase();
  // Going for the beginnings of words may run past letters that are there: then the plain order counts.
  const score =
    scoreBy(wanted, text, bestPlace) ??
    scoreBy(wanted, text, (all, letter, from) => all.indexOf(letter, from));
  // Of two that fit alike the shorter is meant.
  return score === null ? null : score - title.length * 0.01;
}

type Place = (text: string, letter: string, from: number) => number;

function scoreBy(wanted: string, text: string, place: Place): number | null {
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = place(text, letter, at + 1);
    if (next < 0) return null;
    if (next === at + 1 && at >= 0) score += 3;
    else if (startsWord(text, next)) score += 4;
    else score -= Math.min(3, next - at - 1) * 0.2;
    at = next;
  }
  return score;
}

/** The letter right here, else where a word begins with it, else anywhere. */
function bestPlace(text: string, letter: string, from: number): number {
  if (text[from] === letter) return from;
  for (let i = from; i < text.length; i++) if (text[i] === letter && startsWord(text, i)) return i;
  return text.indexOf(letter, from);
}

const startsWord = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!);

/** Those that fit, best first; equal ones stay in their order. */
export function fuzzyFind<T>(query: string, items: readonly T[], titleOf: (item: T) => string): T[] {
  return items
    .map((item, index) => ({ item, index, score: fuzzyScore(query, titleOf(item)) }))
    .filter((found): found is typeof found & { score: number } => found.score !== null)
    .sort((a, b) => (query.trim() === '' ? a.index - b.index : b.score - a.score || a.index - b.index))
    .map((found) => found.item);
}
