/** Errors of an event handler, carried to who waits for the call that sends the events. */
import type { Call } from '../shared/rpc.js';

/**
 * A call whose event handler may fail (the disk is full): the other side is then asked to stop, and `rethrow` gives the
 * error to who waits for the call. Thrown inside the handler it would end the process.
 */
export function stoppedByErrors<Event>(signal: AbortSignal | undefined, handle: (event: Event) => void) {
  const controller = new AbortController();
  const failure: { error: unknown }[] = [];
  const call: Call<Event> = {
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    onEvent: (event) => {
      if (failure.length) return;
      try {
        handle(event);
      } catch (error) {
        failure.push({ error });
        controller.abort();
      }
    },
  };
  return {
    call,
    rethrow() {
      if (failure[0]) throw failure[0].error;
    },
  };
}
