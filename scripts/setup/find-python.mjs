// @ts-check
/** Finds a Python 3 with pip (and venv), which fetches TensorFlow and runs the tests' reference programs. */
import { runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];

const PROBE = `
import importlib.util, json, sys, platform
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"version": list(sys.version_info[:3]), "executable": sys.executable,
  "pip": has("pip"), "venv": has("venv") and has("ensurepip")}))`;

/** @typedef {{ executable: string, version: [number, number, number], pip: boolean, venv: boolean }} Python */

/**
 * Every Python 3 on the PATH that starts, in order of preference. `BRUSHFIELD_PYTHON` comes first.
 * @returns {AsyncGenerator<Python>}
 */
export async function* pythons() {
  const preferred = process.env['BRUSHFIELD_PYTHON'];
  for (const command of preferred ? [preferred, ...CANDIDATES] : CANDIDATES) {
    const outcome = await runCommand(command, ['-c', PROBE]);
    if (outcome.code !== 0) continue;
    const python = /** @type {Python} */ (JSON.parse(outcome.stdout));
    if (python.version[0] === 3) yield python;
  }
}

/**
 * A Python whose pip can fetch wheels.
 * @returns {Promise<Python>}
 */
export async function pythonWithPip() {
  for await (const python of pythons()) if (python.pip) return python;
  throw new SetUpError(
    'Python 3 with pip is needed to fetch TensorFlow: install it (Debian, Ubuntu: apt install python3 python3-pip) and run this again.',
  );
}

/**
 * A Python for which the tests' pinned packages have wheels (3.11 to 3.13).
 * @returns {Promise<Python>}
 */
export async function pythonForTests() {
  for await (const python of pythons()) {
    const minor = python.version[1];
    if (python.venv && minor >= 11 && minor <= 13) return python;
  }
  throw new SetUpError(
    'The tests compare with Keras and need Python 3.11, 3.12 or 3.13 with venv: install it (Debian, Ubuntu: apt install python3-venv) and run this again.',
  );
}
