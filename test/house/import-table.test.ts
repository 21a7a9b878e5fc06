/** The import table of docs/architecture.md is enforced: eslint itself must fail on what it forbids. */
import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The messages of the import rule alone, for a text that stands where a file of the project would. */
async function objections(path: string, text: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: root,
    // The text is on no disk, so there is no type information for it.
    overrideConfig: [
      {
        languageOptions: { parserOptions: { projectService: false } },
        rules: {
          '@typescript-eslint/await-thenable': 'off',
          '@typescript-eslint/no-floating-promises': 'off',
          '@typescript-eslint/no-misused-promises': 'off',
          '@typescript-eslint/switch-exhaustiveness-check': 'off',
        },
      },
    ],
  });
  const [result] = await eslint.lintText(text, { filePath: resolve(root, path) });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === 'house/import-table')
    .map(({ message }) => message);
}

test.each([
  ['src-main/shared/mask.ts', `import { readFileSync } from 'node:fs'; readFileSync('x');`],
  ['src-main/shared/mask.ts', `import { openProject } from '../store/open.js'; openProject();`],
  ['src-main/store/open.ts', `import sharp from 'sharp'; sharp();`],
  ['src-main/pixels/png.ts', `export { openProject } from '../store/open.js';`],
  ['src-main/engine/train.ts', `import { openProject } from '../core/projects.js'; openProject();`],
  ['src-main/engine/train.ts', `import { decode } from '../pixels/decode.js'; decode();`],
  ['src-main/engine/models/unet-mini.ts', `import * as tf from '@tensorflow/tfjs-node-gpu'; tf.ones([1]);`],
  ['src-main/core/training.ts', `import { train } from '../engine/train.js'; train();`],
  ['src-main/core/training.ts', `const tf = await import('@tensorflow/tfjs-node-gpu'); tf.ones([1]);`],
  ['src-main/core/training.ts', `import { main } from '../hosts/cli/main.js'; main();`],
  ['src-main/hosts/cli/train.ts', `import { train } from '../../engine/train.js'; train();`],
  ['src-main/hosts/cli/train.ts', `import { BrowserWindow } from 'electron'; new BrowserWindow();`],
  ['src-renderer/editor/raster.ts', `import { onMount } from 'svelte'; onMount();`],
  ['src-renderer/editor/raster.ts', `import { open } from '../../src-main/store/open.js'; open();`],
])('%s may not say: %s', async (path, text) => {
  expect(await objections(path, text)).toHaveLength(1);
});

test.each([
  [
    'src-main/store/open.ts',
    `import Database from 'better-sqlite3'; import { AppError } from '../shared/errors.js'; new Database(AppError);`,
  ],
  ['src-main/engine/sources.ts', `import { decode } from '../pixels/decode.js'; decode();`],
  ['src-main/engine/models/unet-mini.ts', `import { tf } from '../tensorflow.js'; tf.ones([1]);`],
  [
    'src-main/core/training.ts',
    `import type { TrainResult } from '../engine/train.js'; export type X = TrainResult;`,
  ],
  ['src-main/hosts/electron/window.ts', `import { BrowserWindow } from 'electron'; new BrowserWindow();`],
])('%s may say: %s', async (path, text) => {
  expect(await objections(path, text)).toEqual([]);
});
