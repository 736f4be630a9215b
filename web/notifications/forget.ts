import { dropMail } from "../mail/queue-store.ts";
import { digestMailId, keys } from "./store.ts";

/** Of somebody whose account is gone, forgets all there is, and the e-mails about it that wait. */
export async function forgetNotifications(
  { kv }: { kv: Deno.Kv },
  id: string,
): Promise<void> {
  for await (const { key } of kv.list({ prefix: keys.choices(id) })) {
    await kv.delete(keys.wantsAll(String(key.at(-1)), id));
  }
  for await (const { key } of kv.list({ prefix: keys.notices(id) })) {
    await dropMail(kv.atomic(), digestMailId(id, String(key.at(-1)))).commit();
  }
  const all = [keys.choices, keys.devices, keys.notices, keys.allShown];
  for (const prefix of all) {
    for await (const { key } of kv.list({ prefix: prefix(id) })) {
      await kv.delete(key);
    }
  }
  await kv.delete(keys.settings(id));
}
