import { compactKv } from "../accounts/compact-kv.ts";
import type { Config } from "../config.ts";
import { type DataKeys, isSealed } from "./data-keys.ts";
import { SEALED } from "./sealed-kv.ts";

/** What was last sealed, and with which key, so that a start need not look at all of it. */
const DONE = ["sealed_with"];
const doneWith = ({ current }: DataKeys): string =>
  [current, ...SEALED].join(" ");

/**
 * {@link reseal}, unless that was done with the current key before.
 */
export async function resealOnce(
  kv: Deno.Kv,
  keys: DataKeys,
  config: Pick<Config, "kvPath">,
): Promise<void> {
  if ((await kv.get<string>(DONE)).value === doneWith(keys)) return;
  await reseal(kv, keys, config);
}

/**
 * Seals with the current key what an earlier version did not seal, or an earlier key sealed; what
 * stood there in the clear is overwritten in the file. How many values.
 *
 * @param kv the store itself, in which they are seen as they are.
 */
export async function reseal(
  kv: Deno.Kv,
  keys: DataKeys,
  config: Pick<Config, "kvPath">,
): Promise<number> {
  let count = 0;
  let clear = 0;
  for (const first of SEALED) {
    for await (const entry of kv.list({ prefix: [first] })) {
      const { key, value } = entry;
      const was = isSealed(value) ? value.sealedWith : undefined;
      if (was === keys.current) continue;
      const opened = keys.open(key, value);
      const expiresAt = isSealed(value) ? value.expiresAt : endOf(opened);
      const sealed = keys.seal(key, opened, expiresAt);
      const options = expiresAt === undefined
        ? {}
        : { expireIn: Math.max(1, expiresAt - Date.now()) };
      const { ok } = await kv.atomic().check(entry)
        .set(key, sealed, options).commit();
      if (!ok) continue;
      count += 1;
      if (was === undefined) clear += 1;
    }
  }
  if (clear > 0) compactKv(config);
  await kv.set(DONE, doneWith(keys));
  return count;
}

/** Until when an e-mail of an earlier version waits: nothing else that it kept ends by itself. */
function endOf(value: unknown): number | undefined {
  return typeof value === "object" && value !== null && "until" in value
    ? Number(value.until)
    : undefined;
}
