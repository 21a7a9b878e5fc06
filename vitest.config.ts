import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Suites that take minutes of both cores; `npm run test:hard` asks for them.
const hard = process.env['BRUSHFIELD_HARD'] === '1';

/** Folders whose tests compute with TensorFlow, which uses every core by itself. */
const withTensorFlow = ['engine', 'parity', 'cli', 'core', 'hard'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

const everywhere = {
  // A process a file: TensorFlow is native and gives its memory and threads back only with its process.
  pool: 'forks',
  setupFiles: 'test/fixed-seed.ts',
  testTimeout: hard ? 1_800_000 : 120_000,
  hookTimeout: 120_000,
  env: { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...everywhere,
          name: 'plain',
          include: ['test/**/*.test.ts'],
          exclude: [...withTensorFlow, 'test/e2e/**', 'test/renderer/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Classes with runes are compiled as for the window, and run in Node.
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          ...everywhere,
          name: 'window',
          include: ['test/renderer/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...everywhere,
          name: 'tensorflow',
          include: withTensorFlow,
          exclude: hard ? [] : ['test/hard/**'],
          // One at a time: two trainings on the same cores take longer than one after the other.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...everywhere,
          name: 'e2e',
          // A window answers when it can; a poll that is over too early tells nothing.
          expect: { poll: { timeout: 15_000 } },
          include: ['test/e2e/**/*.test.ts'],
          // Windows that compete for two cores are what nobody has.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
