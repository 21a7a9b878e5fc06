/** What a segmentation wrote, for comparing runs that differ in how they were divided. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src-main/core/manifest.js';
import { contentsOf } from './built-cli.js';

/** Hashes of masks and tables, and the manifest without times; what shards keep for themselves is left out. */
export function runResults(output: string): { files: Record<string, string>; manifest: Manifest } {
  const files = Object.fromEntries(
    Object.entries(contentsOf(output)).filter(([name]) => !/^manifest|\.shard-|^shards\//.test(name)),
  );
  const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
  for (const file of manifest.files) file.seconds = null;
  return { files, manifest };
}
