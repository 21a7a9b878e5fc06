/** Makes an asynchronous source work on its next item while the current one is used. */

/** The items of `source` in order; an early end of the loop ends the source too. */
export async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
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
    await source.return(undefined).catch(() => undefined);
  }
}
