// @ts-check
/** One line a step on stderr: rewritten in place on a terminal, plain lines at a slow beat elsewhere. */

const LIVE_EVERY_MS = 500;
const PLAIN_EVERY_MS = 15_000;

/** @typedef {{ say: (detail: string) => void, done: (detail?: string) => void, fail: () => void }} Step */

/**
 * Says that a step begins and goes on saying how long it has been at it.
 * @param {string} title
 * @param {NodeJS.WriteStream} [out]
 * @returns {Step}
 */
export function announce(title, out = process.stderr) {
  const started = Date.now();
  const live = out.isTTY === true;
  let detail = '';
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  /** @param {string} text */
  const line = (text) =>
    live ? out.write(`\r\u001b[K${text.slice(0, (out.columns ?? 80) - 1)}`) : out.write(`${text}\n`);
  line(`set-up: ${title} …`);
  const beat = setInterval(
    () => line(`set-up: ${title} … ${detail ? `${detail}, ` : ''}${elapsed()}`),
    live ? LIVE_EVERY_MS : PLAIN_EVERY_MS,
  );
  beat.unref();
  /** @param {string} text */
  const end = (text) => {
    clearInterval(beat);
    line(text);
    if (live) out.write('\n');
  };
  return {
    say(text) {
      detail = text;
    },
    done: (result = 'done') => end(`set-up: ${title}: ${result} (${elapsed()})`),
    fail: () => end(`set-up: ${title}: not done (${elapsed()})`),
  };
}

/**
 * Runs one step and closes its line whatever comes of it.
 * @template T
 * @param {string} title
 * @param {(say: Step['say']) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inStep(title, work) {
  const step = announce(title);
  try {
    const result = await work(step.say);
    step.done();
    return result;
  } catch (error) {
    step.fail();
    throw error;
  }
}
