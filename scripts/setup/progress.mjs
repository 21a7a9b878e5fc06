// @ts-check
/** One line a step on stderr: rewritten in place on a terminal, plain lines at a slow beat elsewhere. */

const PLAIN_EVERY_MS = 10_000;

/**
 * @typedef {{ say: (detail: string) => void, done: (detail?: string) => void }} Step
 */

/**
 * Says that a step begins.
 * @param {string} title
 * @param {NodeJS.WriteStream} [out]
 * @returns {Step}
 */
export function announce(title, out = process.stderr) {
  const started = Date.now();
  let spokenAt = started;
  const live = out.isTTY === true;
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  /** @param {string} text */
  const line = (text) =>
    live ? out.write(`\r\u001b[K${text.slice(0, (out.columns ?? 80) - 1)}`) : out.write(`${text}\n`);
  line(`set-up: ${title} …`);
  return {
    say(detail) {
      const now = Date.now();
      if (now - spokenAt < (live ? 100 : PLAIN_EVERY_MS)) return;
      spokenAt = now;
      line(`set-up: ${title} … ${detail} (${elapsed()})`);
    },
    done(detail) {
      line(`set-up: ${title}: ${detail ?? 'done'} (${elapsed()})`);
      if (live) out.write('\n');
    },
  };
}
