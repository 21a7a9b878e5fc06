/** Makes an asynchronous source work on its next item while the current one is used. */

/**
 * The items of `source` in order; an early end of the loop ends the source too.
 * @param onEnd for a source that waits for what may never come: called at the end of the loop, before the source's own end is awaited
 */
export async function* ahead<T>(source: AsyncGenerator<T>, onEnd?: () => void): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const item = await next;
      if (item.done) return;
      next = source.next();
      // Its error is thrown when its turn comes, not while nobody waits for it.
      next.catch(() => undefined);
      yield item.value;
    }
  } finally {
    onEnd?.();
    await source.return(undefined).catch(() => undefined);
  }
}
