// @ts-check
/**
 * `npm test`: the set-up with the tests' Python, then format, lint, types, build and every fast suite. Ends with one
 * line of counts, in which each check is one test.
 *
 *   node scripts/test.mjs [--hard] [FILTER …]     --hard adds the suites in test/hard, FILTER chooses test files
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild } from './setup/build.mjs';
import { ensureElectronForTests } from './setup/electron-for-tests.mjs';
import { checkout } from './setup/places.mjs';
import { SetUpError } from './setup/set-up-error.mjs';
import { ensureTestDesktop } from './setup/test-desktop.mjs';
import { setUp } from './setup.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const tool = (/** @type {string[]} */ ...path) => join(checkout, 'node_modules', ...path);

/** @type {readonly [title: string, command: string[]][]} */
const CHECKS = [
  ['format', [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['lint', [tool('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.']],
  ['types', [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']],
  [
    'window',
    [
      tool('svelte-check', 'bin', 'svelte-check'),
      '--tsconfig',
      'src-renderer/tsconfig.json',
      '--fail-on-warnings',
    ],
  ],
];

/**
 * Runs a tool on the given Node with its output shown.
 * @param {string} node @param {readonly string[]} command @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} exit code
 */
const runTool = (node, command, env = {}) =>
  new Promise((settle) => {
    const child = spawn(node, command, {
      cwd: checkout,
      stdio: ['ignore', 'inherit', 'inherit'],
      // Colours belong on a terminal, not in a log.
      env: { ...process.env, ...(!process.stdout.isTTY && { NO_COLOR: '1' }), ...env },
    });
    child.on('error', () => settle(1));
    child.on('exit', (code) => settle(code ?? 1));
  });

/** @param {string} title @param {() => Promise<boolean>} work */
async function check(title, work) {
  const started = Date.now();
  const passed = await work();
  process.stdout.write(
    `${passed ? 'ok' : 'FAILED'}: ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  return passed;
}

async function build() {
  try {
    await ensureBuild();
    return true;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return false;
  }
}

/**
 * @param {string} node @param {readonly string[]} filters @param {boolean} hard
 * @returns {Promise<Counts>}
 */
async function runSuites(node, filters, hard) {
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-tests-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const command = [tool('vitest', 'vitest.mjs'), 'run', ...reporters, ...filters];
    const code = await runTool(node, command, { BRUSHFIELD_HARD: hard ? '1' : '0' });
    const counts = await readCounts(report);
    // A suite that breaks before its first test, or an error outside any test, fails the run without a failed test.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} report @returns {Promise<Counts>} */
async function readCounts(report) {
  try {
    const found = JSON.parse(await readFile(report, 'utf8'));
    return {
      passed: found.numPassedTests,
      failed: found.numFailedTests,
      skipped: found.numPendingTests + found.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/**
 * A display, Chromium and an Electron for the end-to-end tests. Where they cannot be had, these tests are skipped aloud
 * and the others go on; in continuous integration they then fail.
 */
async function prepareEndToEnd() {
  for (const ensure of [ensureTestDesktop, ensureElectronForTests])
    try {
      await ensure();
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      process.stderr.write(`${error.message}\n`);
    }
}

/** @param {readonly string[]} args @returns {Promise<Counts>} */
async function testAll(args) {
  const { node } = await setUp({ testPython: true, build: false });
  await prepareEndToEnd();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [title, command] of CHECKS)
    counts[(await check(title, async () => (await runTool(node, command)) === 0)) ? 'passed' : 'failed']++;
  counts[(await check('build', build)) ? 'passed' : 'failed']++;
  const filters = args.filter((arg) => arg !== '--hard');
  const suites = await runSuites(node, filters, args.includes('--hard'));
  return {
    passed: counts.passed + suites.passed,
    failed: counts.failed + suites.failed,
    skipped: suites.skipped,
  };
}

/** @type {Counts} */
let counts;
try {
  counts = await testAll(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `${error instanceof SetUpError ? error.message : /** @type {Error} */ (error).stack}\n`,
  );
  counts = { passed: 0, failed: 1, skipped: 0 };
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;
