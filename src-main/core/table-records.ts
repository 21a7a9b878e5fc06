/** Records of CSV tables as they are written: joined, reordered and given further columns without being read as values. */
import { createReadStream } from 'node:fs';
import { diskError } from '../disk/atomic-file.js';

const END = '\r\n';

/** The records of a text that ends with a whole one, each with its end; a line break within quotes ends none. */
export function recordsIn(text: string): { records: string[]; rest: string } {
  const records: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && text.startsWith(END, at)) {
      records.push(text.slice(from, at + END.length));
      from = at + END.length;
      at = from - 1;
    }
  }
  return { records, rest: text.slice(from) };
}

/** The records of a file, its header first. @throws AppError('disk') when it cannot be read. */
export async function* recordsOf(path: string): AsyncGenerator<string> {
  let kept = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
      const { records, rest } = recordsIn(kept + (chunk as string));
      kept = rest;
      yield* records;
    }
  } catch (error) {
    throw diskError(error, path);
  }
  if (kept) yield kept + END;
}

/** The first two cells as they are written, with the comma between them. */
export function keyOf(record: string): string {
  let commas = 0;
  let quoted = false;
  for (let at = 0; at < record.length; at++) {
    if (record[at] === '"') quoted = !quoted;
    else if (!quoted && record[at] === ',' && ++commas === 2) return record.slice(0, at);
  }
  return record;
}

/**
 * A record of a table of objects with cells for more channels.
 * @param own channels that it has; `most`: that it gets. Its last cells are `own` for each of mean, least and greatest.
 */
export function widened(record: string, own: number, most: number): string {
  if (own === most) return record;
  // From the end: what numbers are written in has no comma, a name may.
  const cells = record.slice(0, -END.length).split(',');
  const head = own ? cells.slice(0, -3 * own) : cells;
  const tail = own ? cells.slice(-3 * own) : [];
  const more = new Array<string>(most - own).fill('');
  const groups = [0, 1, 2].flatMap((group) => [...tail.slice(group * own, (group + 1) * own), ...more]);
  return [...head, ...groups].join(',') + END;
}
