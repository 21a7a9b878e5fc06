/** Small wheels with the members of TensorFlow's, for tests of unpacking and checking. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Wheel } from '../../scripts/setup/wheels.mjs';
import { pythonPath } from '../python.js';

/** Contents by member name; what is not of the libraries or the C headers must not be unpacked. */
export const MEMBERS: Readonly<Record<string, string>> = {
  'tensorflow/libtensorflow_cc.so.2': 'library '.repeat(10_000),
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'header',
  'tensorflow/include/tensorflow/compiler/xla.h': 'not needed',
  'tensorflow/python/huge.so': 'not needed',
  'nvidia/cublas/lib/libcublas.so.12': 'cuda',
  'nvidia/cublas/include/cublas.h': 'not needed',
};

const ZIP = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, text in json.loads(sys.argv[2]).items():
        archive.writestr(name, text)`;

/** Writes a wheel and gives back its pin and path. */
export function writeWheel(folder: string, members = MEMBERS): { wheel: Wheel; path: string } {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'small-1.0-py3-none-any.whl');
  execFileSync(pythonPath(), ['-c', ZIP, path, JSON.stringify(members)]);
  const content = readFileSync(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    wheel: { name: 'small', version: '1.0', tag: 'py3-none-any', bytes: content.length, sha256 },
    path,
  };
}

/** Stands in for pip: puts the wheel where the real one would. */
export const fetchFrom = (path: string) => (_wheel: Wheel, folder: string) => {
  const target = join(folder, 'small-1.0-py3-none-any.whl');
  copyFileSync(path, target);
  return Promise.resolve(target);
};
