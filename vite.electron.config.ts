import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const source = (name: string) => resolve(import.meta.dirname, 'src-main/hosts/electron', `${name}.ts`);

/**
 * Electron's main process and preload script: CommonJS, one file each, since a sandboxed preload script can be nothing
 * else, and for the Node of the oldest Electron that the tests run them in.
 */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'out/electron',
    target: 'node16',
    ssr: true,
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { main: source('main'), preload: source('preload') },
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
});
