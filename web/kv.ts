import { AppError } from "./errors.ts";

/** Milliseconds a write waits for its turn. */
const PATIENCE = 5_000;

/** The same for opening, of which Deno waits 5 s at the first try already. */
const PATIENCE_TO_OPEN = 15_000;

/**
 * What Deno says when another process wrote to the file between the reading and the writing of a
 * transaction. SQLite refuses that at once, whatever its timeout; nothing of it was written.
 * https://www.sqlite.org/rescode.html#busy_snapshot
 */
const isLocked = (error: unknown): boolean =>
  error instanceof Error && error.message === "database is locked";

async function inTurn<T>(
  work: () => Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  const until = performance.now() + patience;
  for (let attempt = 0;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() > until) throw busy(error);
    }
    // Random, growing waits keep processes that collided from colliding again.
    const waitMs = Math.random() * 2 ** Math.min(attempt, 6);
    await new Promise((done) => setTimeout(done, waitMs));
  }
}

const busy = (cause: unknown): AppError =>
  new AppError({
    code: "busy",
    status: 503,
    message: "Too many changes happened at once. Please try again.",
    retryAfter: 1,
    cause,
  });

type Method = (...args: unknown[]) => unknown;

/** An object whose methods run on `target`, those in `own` instead of its own. */
export function withMethods<T extends object>(
  target: T,
  own: Record<string | symbol, (method: Method) => Method>,
): T {
  const proxy: T = new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method: Method = (...args) => {
        const result = value.apply(target, args);
        // Builders give themselves back, to be called on.
        return result === target ? proxy : result;
      };
      return own[name]?.(method) ?? method;
    },
  });
  return proxy;
}

const waiting = (method: Method): Method => (...args) =>
  inTurn(() => method(...args) as Promise<unknown>);

/**
 * Opens a KV file, and makes it where there is none; other processes may do the same at once, and
 * write to it. Opening waits for its turn, too: Deno makes the tables of a file that is new.
 * @throws AppError "busy" when the file stayed locked for 15 s
 */
export async function openKvFile(path: string): Promise<Deno.Kv> {
  return takingTurns(
    await inTurn(() => Deno.openKv(path), PATIENCE_TO_OPEN),
  );
}

/** A KV file other processes may write to, too: writes wait for their turn, up to 5 s. */
export function takingTurns(kv: Deno.Kv): Deno.Kv {
  return withMethods(kv, {
    set: waiting,
    delete: waiting,
    atomic: (begin) => () =>
      withMethods(begin() as Deno.AtomicOperation, { commit: waiting }),
  });
}
