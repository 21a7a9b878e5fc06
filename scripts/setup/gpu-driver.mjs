// @ts-check
/** Whether this machine has an NVIDIA driver, without starting anything of NVIDIA's. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @returns {boolean} */
export function hasNvidiaDriver() {
  if (existsSync('/proc/driver/nvidia/version')) return true;
  const name = process.platform === 'win32' ? 'nvidia-smi.exe' : 'nvidia-smi';
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, name)));
}
