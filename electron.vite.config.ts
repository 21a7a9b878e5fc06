import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';

const source = (path: string) => resolve(import.meta.dirname, 'src-main', path);

/** Every process has an entry of its own; native packages stay outside the bundles. */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: {
          cli: source('hosts/cli/main.ts'),
          engine: source('engine/worker.ts'),
          'sample-worker': source('engine/sample-worker.ts'),
          'decode-worker': source('pixels/decode-worker.ts'),
        },
      },
    },
  },
});
