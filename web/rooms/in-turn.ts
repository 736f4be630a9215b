import { AppError } from "../errors.ts";

/** Whether the same may be taken later, so that what came after must not overtake it. */
const isForNow = (error: unknown) =>
  error instanceof AppError && [429, 503].includes(error.status);

/**
 * Does what comes under one key one after the other, in the order it came. When one is refused
 * for now, so are those that waited behind it: stored, they would have overtaken it.
 */
export function inTurn(): <T>(
  key: string,
  work: () => Promise<T>,
) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key);
    const mine = before === undefined ? work() : before.then(work, (error) => {
      if (isForNow(error)) throw error;
      return work();
    });
    last.set(key, mine);
    const done = () => {
      if (last.get(key) === mine) last.delete(key);
    };
    mine.then(done, done);
    return mine;
  };
}
