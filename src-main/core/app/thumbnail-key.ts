/** What a thumbnail's address changes with: pixels, labels and the classes' colours. */
import { createHash } from 'node:crypto';
import type { ClassInfo } from '../../shared/model.js';

interface Pictured {
  sha256: string;
  page: number;
  /** Of the labels. */
  version: number;
}

/** Letters, digits and hyphens, at most 64. */
export const thumbnailKey = ({ sha256, page, version }: Pictured, classes: readonly ClassInfo[]): string =>
  `${sha256.slice(0, 12)}-${page}-${version}-${coloursKey(classes)}`;

function coloursKey(classes: readonly ClassInfo[]): string {
  const colours = classes.map(({ value, color, name }) => `${value}${color}${name}`).join();
  return createHash('sha256').update(colours).digest('hex').slice(0, 8);
}
