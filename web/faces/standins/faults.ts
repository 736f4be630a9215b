/** Faults a stand-in can be told to have. */

/**
 * An error as the service documents it, or a way for the connection to fail; "late": what was
 * asked is done, but nobody hears of it; "overtaken": the same, after the next deletion.
 */
export type Fault =
  | { code: string; status: number; message?: string }
  | "silence"
  | "late"
  | "overtaken"
  | "broken";

/** What a stand-in does instead of answering, next or from now on. */
export class FaultList {
  readonly #next: { operation: string; fault: Fault }[] = [];
  readonly #always = new Map<string, Fault>();

  readonly #taken = Promise.withResolvers<void>();
  /** Settled when the first fault has met a call. */
  readonly taken = this.#taken.promise;

  /** Fails the next calls of an operation, each once. */
  next(operation: string, ...faults: Fault[]) {
    for (const fault of faults) this.#next.push({ operation, fault });
  }

  /** Fails all calls of an operation until told otherwise. */
  always(operation: string, fault: Fault | null) {
    if (fault === null) this.#always.delete(operation);
    else this.#always.set(operation, fault);
  }

  /** The fault this call shall have. */
  take(operation: string): Fault | undefined {
    const index = this.#next.findIndex((each) => each.operation === operation);
    const fault = index >= 0
      ? this.#next.splice(index, 1)[0].fault
      : this.#always.get(operation);
    if (fault) this.#taken.resolve();
    return fault;
  }
}

/** A response that never comes, until the server or the client ends the connection. */
export function silence(signal: AbortSignal): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const end = () => resolve(new Response(null, { status: 503 }));
  signal.addEventListener("abort", end);
  return promise;
}

/** A response whose connection ends in the middle. */
export function broken(): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("The stand-in hung up")),
  });
  return new Response(body, { headers: { "content-length": "1000" } });
}
