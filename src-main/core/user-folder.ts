/** Where the program keeps what belongs to a user and not to a project: pretrained weights and logs. */
import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's data folder; it need not exist yet. `XDG_DATA_HOME/brushfield` where that is set (an absolute path, as
 * the XDG Base Directory specification demands), otherwise the platform's usual place.
 */
export function userFolder(env: Environment = process.env): string {
  const xdg = env['XDG_DATA_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'brushfield');
  switch (platform()) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'brushfield');
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'brushfield');
    default:
      return join(env['HOME'] || homedir(), '.local', 'share', 'brushfield');
  }
}

/** Pretrained weights, one file a hash. */
export const weightsFolder = (env?: Environment): string => join(userFolder(env), 'weights');

/** Logs of engines that do not train (those of a training lie in the run's folder). */
export const logFolder = (env?: Environment): string => join(userFolder(env), 'logs');
