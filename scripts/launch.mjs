// @ts-check
/** What bin/brushfield does: the set-up where something is missing, then the program itself on Node 24. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { checkout } from './setup/places.mjs';
import { SetUpError } from './setup/set-up-error.mjs';
import { setUp } from './setup.mjs';

/** Their answer must not wait for TensorFlow: doctor says what is missing, help needs none of it. */
const WITHOUT_TENSORFLOW = ['doctor', 'help', '--help', '-h', '--version', '-V'];

/** @param {readonly string[]} args */
export async function launch(args) {
  const first = args[0] ?? 'help';
  const light = WITHOUT_TENSORFLOW.includes(first) || args.includes('--help') || args.includes('-h');
  try {
    // The benchmarks compare with Keras.
    const { node } = await setUp({ tensorflow: !light, testPython: first === 'bench' && !light });
    run(node, [join(checkout, 'out', 'main', 'cli.js'), ...args]);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * Becomes the program where Node can do that (22.15 and newer, not on Windows), so that signals, exit code and
 * terminal are its own; otherwise starts it as a child and passes them on.
 * @param {string} node
 * @param {string[]} args
 */
function run(node, args) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2' };
  if (process.execve && process.platform !== 'win32') {
    // Node warns that execve is experimental, which is no news to who runs this program.
    process.removeAllListeners('warning');
    process.execve(node, [node, ...args], env);
  }
  const child = spawn(node, args, { stdio: 'inherit', env });
  // A terminal sends Ctrl+C to the child as well: this process only waits. What is sent to it alone it passes on.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
  });
  child.on('error', (error) => {
    process.stderr.write(`${node} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
}
