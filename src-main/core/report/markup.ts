/** HTML in which every value is text unless it was made here: no name of a file can become markup. */

/** Text that is HTML already. */
export class Markup {
  constructor(readonly html: string) {}
}

type Value = string | number | Markup | null | readonly (string | number | Markup | null)[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters have no place in HTML; U+FFFD stands for them. */
const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);

function textOf(value: Value): string {
  if (value === null) return '';
  if (value instanceof Markup) return value.html;
  if (typeof value === 'object') return value.map(textOf).join('');
  return escaped(String(value));
}

/** A template whose values are escaped; those that are Markup, or lists of them, stay. */
export const markup = (parts: TemplateStringsArray, ...values: Value[]): Markup =>
  new Markup(parts.reduce((all, part, i) => all + textOf(values[i - 1]!) + part));

export interface Column {
  title: string;
  number?: boolean;
}

/** Wide ones scroll by themselves, by keys too; the first cell of a row names it. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
): Markup {
  const head = columns.map(({ title, number }) => markup`<th scope="col"${kind(number)}>${title}</th>`);
  const cell = (value: Value, i: number) =>
    i ? markup`<td${kind(columns[i]!.number)}>${value}</td>` : markup`<th scope="row">${value}</th>`;
  const body = rows.map((row) => markup`<tr>${row.map(cell)}</tr>\n`);
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
`;
}

const kind = (number: boolean | undefined): Markup => new Markup(number ? ' class="number"' : '');

export const picture = (png: Uint8Array, alt: string): Markup =>
  markup`<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="${alt}">`;
