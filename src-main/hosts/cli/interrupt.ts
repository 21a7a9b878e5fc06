/** Ctrl+C: the first lets the current image or batch finish, the second ends everything at once. */
import type { Terminal } from './terminal.js';

export const EXIT_INTERRUPTED = 130;

/** The signal that commands pass on, aborted by the first SIGINT or SIGTERM. */
export function interruptSignal(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    terminal.message('Stopping after the current step; press Ctrl+C again to stop at once.');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}
