import { withMethods } from "../kv.ts";
import type { DataKeys } from "./data-keys.ts";

/**
 * What is sealed: keys of faces, of tokens and of pushes, e-mails that wait (links that let people
 * in are in them), addresses people had before, and the links of rooms. By the first part of a key.
 */
export const SEALED = new Set([
  "face_keys",
  "signing_keys",
  "vapid_key",
  "mails_waiting",
  "address_changes",
  "room_links",
  "dictation",
]);

const isSecret = (key: Deno.KvKey): boolean => SEALED.has(String(key[0]));

/** The same store, in which what is {@link SEALED} is written and read with these keys. */
export function sealedKv(kv: Deno.Kv, keys: DataKeys): Deno.Kv {
  const open = <E extends { key: Deno.KvKey; value: unknown }>(entry: E): E =>
    isSecret(entry.key)
      ? { ...entry, value: keys.open(entry.key, entry.value) }
      : entry;
  const setting: MethodWrapper = (set) => (place, value, ...rest) => {
    const key = place as Deno.KvKey;
    if (!isSecret(key)) return set(key, value, ...rest);
    const [{ expireIn } = {}] = rest as { expireIn?: number }[];
    const expiresAt = expireIn === undefined
      ? undefined
      : Date.now() + expireIn;
    return set(key, keys.seal(key, value, expiresAt), ...rest);
  };
  return withMethods(kv, {
    get: (get) => async (...args) =>
      open(await get(...args) as Deno.KvEntry<unknown>),
    getMany: (getMany) => async (...args) =>
      (await getMany(...args) as Deno.KvEntry<unknown>[]).map(open),
    list: (list) => (...args) =>
      opened(list(...args) as Deno.KvListIterator<unknown>, open),
    set: setting,
    atomic: (begin) => () =>
      withMethods(begin() as Deno.AtomicOperation, { set: setting }),
  });
}

type MethodWrapper = (
  method: (...args: unknown[]) => unknown,
) => (...args: unknown[]) => unknown;

/** The same iterator, its entries opened. */
function opened<T>(
  entries: Deno.KvListIterator<T>,
  open: (entry: Deno.KvEntry<T>) => Deno.KvEntry<T>,
): Deno.KvListIterator<T> {
  return withMethods(entries, {
    next: (next) => async () => {
      const step = await next() as IteratorResult<Deno.KvEntry<T>>;
      return step.done ? step : { ...step, value: open(step.value) };
    },
    [Symbol.asyncIterator]: () => () => opened(entries, open),
  });
}
