// @ts-check
/**
 * `npm start`: the set-up where something is missing, then the desktop app, or the app in a browser where Electron
 * cannot be had or cannot run.
 *
 *   node scripts/start.mjs [--browser] [PROJECT]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureElectron } from './setup/installed-electron.mjs';
import { checkout } from './setup/places.mjs';
import { SetUpError } from './setup/set-up-error.mjs';
import { setUp } from './setup.mjs';

/** Why no desktop app can be shown here, whatever is installed; undefined when one can. */
function noDesktop() {
  if (process.platform !== 'linux') return undefined;
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'there is no display';
  // Chromium refuses its sandbox to root, and without the sandbox the window is not opened.
  if (process.getuid?.() === 0) return 'the desktop app does not run as root';
  return undefined;
}

/** @param {boolean} inBrowser @returns {Promise<{ electron: string } | { reason: string }>} */
async function chooseWindow(inBrowser) {
  if (inBrowser) return { reason: 'as asked' };
  const problem = noDesktop();
  if (problem) return { reason: problem };
  try {
    return { electron: await ensureElectron() };
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    return { reason: error.message };
  }
}

/** Whether somebody wanted this to end. */
let interrupted = false;
process.on('SIGINT', () => {
  // Ctrl+C reaches the child from the terminal; this process waits for it.
  interrupted = true;
});

/**
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} exit code
 */
function run(command, args, env) {
  return new Promise((settle) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
      process.once(signal, () => {
        interrupted = true;
        child.kill(signal);
      });
    child.on('error', () => settle(1));
    child.on('exit', (code) => settle(code ?? 1));
  });
}

/** @param {readonly string[]} args @returns {Promise<number>} */
async function start(args) {
  const { node } = await setUp();
  const own = args.filter((arg) => arg !== '--browser');
  const choice = await chooseWindow(args.includes('--browser'));
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2' };
  let reason = '';
  if ('electron' in choice) {
    const code = await run(choice.electron, [checkout, ...own], { ...env, BRUSHFIELD_NODE: node });
    if (code === 0 || interrupted) return code;
    reason = `the desktop app ended with exit code ${code}`;
  } else reason = choice.reason;
  process.stderr.write(`Brushfield opens in your browser: ${reason}.\n`);
  return run(node, [join(checkout, 'out', 'main', 'cli.js'), 'serve', ...own], env);
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
