// @ts-check
/** Runs another program and keeps what it said, for the sentence that explains a failure. */
import { spawn } from 'node:child_process';

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string, missing: boolean }} Outcome
 * `missing`: there is no such program on this machine.
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void, onStart?: (pid: number) => void }} [options]
 * @returns {Promise<Outcome>}
 */
export function runCommand(command, args, { cwd, env, onOutput, onStart } = {}) {
  return new Promise((settle) => {
    let stdout = '';
    let stderr = '';
    const child = spawn(command, args, {
      ...(cwd ? { cwd } : {}),
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm and its like are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32',
    });
    if (child.pid) onStart?.(child.pid);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
      onOutput?.(text);
    });
    child.on('error', (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      settle({ code: null, signal: null, stdout, stderr: stderr || error.message, missing });
    });
    child.on('close', (code, signal) => settle({ code, signal, stdout, stderr, missing: false }));
  });
}

/**
 * The last line that says something, for an error of one sentence.
 * @param {string} text
 */
export const lastLine = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1) ?? 'no message';
