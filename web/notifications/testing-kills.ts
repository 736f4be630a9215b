/** Processes that are killed at one point. */
import type { Services } from "../services.ts";

/** The process has ended: nothing it does from then on happens. */
export class Killed extends Error {}

/**
 * The services as of a process that is killed at one point: before the nth thing that it does to
 * the outside, or right after it, when it does not learn of it any more.
 */
export function mortal(s: Services, point: number) {
  let left = point;
  let dead = false;
  /** Whether that was the last thing: it is "before" at even points, and "after" at odd ones. */
  async function act<T>(work: () => Promise<T>): Promise<T> {
    if (dead) throw new Killed();
    left -= 1;
    if (left === 0) dead = true;
    if (dead) throw new Killed();
    const done = await work();
    left -= 1;
    if (left === 0) dead = true;
    if (dead) throw new Killed();
    return done;
  }
  const kv = new Proxy(s.kv, {
    get(target, name) {
      if (name === "atomic") {
        return () => {
          const operation = target.atomic();
          const commit = operation.commit.bind(operation);
          operation.commit = () => act(commit);
          return operation;
        };
      }
      if (name === "set") {
        return (...args: Parameters<Deno.Kv["set"]>) =>
          act(() => target.set(...args));
      }
      if (name === "delete") {
        return (key: Deno.KvKey) => act(() => target.delete(key));
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const services: Services = {
    ...s,
    kv,
    push: { ...s.push, send: (...args) => act(() => s.push.send(...args)) },
    mailer: { send: (mail) => act(() => s.mailer.send(mail)) },
    realtime: {
      ...s.realtime,
      alertsTaken: (taken) => act(() => s.realtime.alertsTaken(taken)),
    },
  };
  return { services, wasKilled: () => dead };
}
