import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createPendingLogin, findPendingLogin } from "./pending-logins.ts";
import { findReset } from "./reset-password.ts";
import { randomToken, sha256 } from "./secrets.ts";
import {
  createSession,
  endAllSessions,
  findSession,
  SESSION_MS,
} from "./sessions.ts";
import {
  type AccountRecord,
  keys,
  type SessionRecord,
  type Store,
} from "./store.ts";
import { onStage } from "./testing.ts";

/** Puts an account, a session, a pending login and a link there as versions before wrote them. */
async function asBefore({ kv }: Store, id: string) {
  const account = await kv.get<AccountRecord>(keys.account(id));
  const { generation: _, ...record } = account.value!;
  const token = randomToken();
  const hash = await sha256(token);
  const expiresAt = Date.now() + SESSION_MS;
  const of = { accountId: id, epoch: 3, expiresAt };
  await kv.atomic().set(account.key, { ...record, epoch: 3 })
    .set(keys.session(hash), { ...of, createdAt: 1 })
    .set(keys.sessionOf(id, hash), true)
    .set(keys.pendingLogin(hash), { ...of, faceAttemptsLeft: 3 })
    .set(keys.reset(hash), of).commit();
  return token;
}

const isValid = async (s: Store, token: string) => [
  await findSession(s, token) !== null,
  await findPendingLogin(s, token) !== null,
  await findReset(s, token).then(() => true, () => false),
];

Deno.test(
  "sessions, sign-ins and links that versions before made go on, and end as any",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const token = await asBefore(s, id);
    assertEquals(await isValid(s, token), [true, true, true]);
    const beside = await createSession(s, id);
    await endAllSessions(s, id, token);
    assertEquals(await isValid(s, token), [true, false, false]);
    assertEquals(await findSession(s, beside.token), null);
    await endAllSessions(s, id);
    assertEquals(await isValid(s, token), [false, false, false]);
  }),
);

Deno.test(
  "what a version before ends during an update is over here, too",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const { token } = await createSession(s, id);
    const pending = await createPendingLogin(s, id);
    const { key, value } = await s.kv.get<AccountRecord>(keys.account(id));
    // It copies whatever else is in the record.
    await s.kv.set(key, { ...value, epoch: value!.epoch! + 1 });
    assertEquals(await findSession(s, token), null);
    assertEquals(await findPendingLogin(s, pending.token), null);
  }),
);

Deno.test(
  "what was ended here stays so for a version before, which reads the other name alone",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const { token } = await createSession(s, id);
    await endAllSessions(s, id);
    const account = await s.kv.get<AccountRecord>(keys.account(id));
    const session = await s.kv.get<SessionRecord>(
      keys.session(await sha256(token)),
    );
    assert(session.value);
    assertNotEquals(account.value?.epoch, session.value.epoch);
  }),
);
