/** Lint: typescript-eslint's strict rules, the house's own, and the import table of docs/architecture.md. */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importTable } from './scripts/lint/import-table.js';

// eslint asks for a default export here, and so do vitest and electron-vite in their config files.
export default defineConfig(
  { ignores: ['node_modules/', 'out/', 'out-*/', 'coverage/'] },
  { linterOptions: { noInlineConfig: true } },
  tseslint.configs.strict,
  {
    plugins: { house: { rules: { 'import-table': importTable } } },
    rules: {
      'house/import-table': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', 300],
      'no-console': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: a default export has none.' },
      ],
      // `import('package')` as a type names a package that is loaded by require.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A callback that may or may not be asynchronous returns `void | Promise<void>`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `!` after an index that the loop's bounds guarantee is clearer than a branch that cannot be reached.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['src-main/**/*.ts', 'src-renderer/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // Pure TypeScript that a browser, a worker and Node all run.
    files: ['src-main/shared/**/*.ts', 'src-renderer/editor/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'window', 'document', 'process', 'Buffer', 'require', '__dirname'],
    },
  },
  // All texts in one file: a translation is one file too.
  { files: ['src-renderer/strings.ts'], rules: { 'max-lines': 'off' } },
  { files: ['scripts/**/*.mjs'], rules: { 'no-console': 'off' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['*.config.ts', '*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
