/**
 * Does some work with a signal that ends it after so long. Other than with `AbortSignal.timeout`, none of
 * it is left once the work is done: with thousands of calls a second, ending those takes long as well.
 */
export async function within<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = () =>
    controller.abort(new DOMException("It took too long.", "TimeoutError"));
  const timer = setTimeout(end, ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
