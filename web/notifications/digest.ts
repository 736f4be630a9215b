/** The e-mail about what is unread. */
import { findAccount } from "../accounts/accounts.ts";
import { lastOriginOf } from "../accounts/session-list/session-list.ts";
import { randomToken, sha256 } from "../accounts/secrets.ts";
import { deliverSoon } from "../mail/deliver.ts";
import type { Said } from "../mail/digest-mail.ts";
import { queueMail } from "../mail/queue-store.ts";
import { namesOf } from "../rooms/names.ts";
import { keys as roomKeys, type StoredRoom } from "../rooms/store.ts";
import {
  type DeliverServices,
  firstWords,
  type Held,
  keep,
  toTell,
} from "./telling.ts";
import {
  digestMailId,
  keys,
  messageOf,
  type Notice,
  setNotice,
  type Settings,
} from "./store.ts";

/** Milliseconds between two e-mails to one person. */
const EACH_MS = 60 * 60 * 1000;
/** Messages in one e-mail. */
const MOST = 20;
/** An e-mail that could not be sent for so long is of no use any more. */
const USE_MS = 12 * 60 * 60 * 1000;
const CODE_MS = 90 * 24 * 60 * 60 * 1000;

/** The person's other notices that wait for an e-mail. */
async function othersOf(kv: Deno.Kv, { accountId, id: own }: Held) {
  const found = kv.list<Notice>({ prefix: keys.notices(accountId) });
  const others: Held[] = [];
  for await (const { key, value, versionstamp } of found) {
    const id = String(key.at(-1));
    if (value.step !== "mail" || id === own) continue;
    others.push({ accountId, id, notice: value, versionstamp });
    if (others.length >= MOST - 1) break;
  }
  return others;
}

async function saidBy(
  s: DeliverServices,
  held: Held,
  { wordless, origin }: { wordless: boolean; origin: string },
): Promise<Said | null> {
  const told = await toTell(s, held);
  if (told === null) return null;
  const { roomId, offset, sender, why } = held.notice;
  const [names, room] = await Promise.all([
    namesOf(s, [sender]),
    s.kv.get<StoredRoom>(roomKeys.room(roomId)),
  ]);
  return {
    name: names.get(sender) ?? "",
    room: why === "direct" ? undefined : room.value?.name,
    words: wordless ? undefined : firstWords(told),
    link: `${origin}/rooms/${roomId}/around/${offset}#${messageOf(held.id)}`,
  };
}

/** Mails a person what they have not read: one e-mail an hour, with all that waits by then. */
export async function mailUnread(
  s: DeliverServices,
  held: Held,
  { noMail, wordless }: Settings,
): Promise<void> {
  const { kv } = s;
  const { accountId } = held;
  const account = await findAccount({ kv }, accountId);
  // To an address that nobody confirmed nothing is sent that was said in a room.
  if (noMail || account === null || account.unconfirmedUntil !== undefined) {
    return await keep(kv, held, { step: "done" });
  }
  const mailed = await kv.get<number>(keys.mailed(accountId));
  const next = (mailed.value ?? 0) + EACH_MS;
  if (next > Date.now()) return await keep(kv, held, { dueAt: next });
  const all = [held, ...await othersOf(kv, held)]
    .sort((a, b) => a.notice.at - b.notice.at);
  // No request led here: where APP_URL is unset, the person's own last one says where they find us.
  const { appUrl, urlGiven } = s.config;
  const origin = urlGiven
    ? appUrl
    : await lastOriginOf({ kv }, accountId) ?? appUrl;
  const said: Said[] = [];
  for (const one of all) {
    const how = { wordless: wordless === true, origin };
    const words = await saidBy(s, one, how);
    if (words) said.push(words);
  }
  const code = randomToken();
  const id = digestMailId(accountId, held.id);
  const now = Date.now();
  const commit = kv.atomic().check(mailed)
    .set(mailed.key, now, { expireIn: EACH_MS })
    .set(keys.unsubscribe(await sha256(code)), accountId, {
      expireIn: CODE_MS,
    });
  for (const { id, notice, versionstamp } of all) {
    commit.check({ key: keys.notice(accountId, id), versionstamp });
    const done: Notice = { ...notice, step: "done" };
    setNotice(commit, accountId, id, done, notice);
  }
  const { name, email } = account;
  const stop = `${origin}/unsubscribe/${code}`;
  const occasion = { kind: "unread", name, email, said, stop } as const;
  if (said.length > 0) queueMail(commit, id, occasion, now + USE_MS);
  // Where another process was faster, all stays as it is until it is looked at again.
  if ((await commit.commit()).ok) await deliverSoon(s, [id]);
}
