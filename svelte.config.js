import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Both the bundler and svelte-check read this file.
export default {
  preprocess: vitePreprocess({ style: false }),
  compilerOptions: { runes: true },
};
