import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

const source = (path: string) => resolve(import.meta.dirname, 'src-main', path);

/** Every process has an entry of its own; native packages stay outside the bundles. */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: {
          cli: source('hosts/cli/main.ts'),
          core: source('hosts/core/worker.ts'),
          'export-worker': source('core/exports-worker.ts'),
          'results-worker': source('core/results-worker.ts'),
          'clean-up-worker': source('core/clean-up-worker.ts'),
          'parting-worker': source('core/parting-worker.ts'),
          'step-worker': source('core/step-worker.ts'),
          'threshold-worker': source('core/threshold-worker.ts'),
          'examine-worker': source('core/examine-worker.ts'),
          engine: source('engine/worker.ts'),
          'sample-worker': source('engine/sample-worker.ts'),
          'preview-worker': source('engine/preview-worker.ts'),
          'decode-worker': source('pixels/decode-worker.ts'),
          'decode-bench-server': source('pixels/decode-bench-server.ts'),
          'loader-bench-server': source('engine/loader-bench-server.ts'),
          'train-bench-server': source('engine/train-bench-server.ts'),
          'live-bench-server': source('engine/live-bench-server.ts'),
          'predict-bench-server': source('engine/predict-bench-server.ts'),
        },
      },
    },
  },
  renderer: {
    root: resolve(import.meta.dirname, 'src-renderer'),
    plugins: [svelte({ configFile: resolve(import.meta.dirname, 'svelte.config.js') })],
    build: {
      // The oldest Chromium that a window of ours is tested in.
      target: 'chrome108',
      // A picture in a data URL inside a style sheet is what the page's content policy refuses.
      assetsInlineLimit: 0,
      rolldownOptions: { input: { index: resolve(import.meta.dirname, 'src-renderer/index.html') } },
    },
  },
});
