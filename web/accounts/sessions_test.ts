import { assert, assertEquals, assertMatch } from "@std/assert";
import { sha256 } from "./secrets.ts";
import {
  createSession,
  endAllSessions,
  endSession,
  findSession,
  issueSession,
  SESSION_MS,
} from "./sessions.ts";
import { type AccountRecord, keys, type SessionRecord } from "./store.ts";
import { codeOf, everythingIn, expire, onStage } from "./testing.ts";

Deno.test(
  "a session finds its account for thirty days, and KV never has its token",
  onStage(async ({ s, person }) => {
    const account = await person("Ann");
    const before = Date.now();
    const { token, expiresAt } = await createSession(s, account.id);
    assertMatch(token, /^[\w-]{43}$/);
    assert(expiresAt >= before + SESSION_MS);
    assertEquals(await findSession(s, token), {
      accountId: account.id,
      expiresAt,
      account,
    });
    assert(!(await everythingIn(s.kv)).includes(token));
  }),
);

Deno.test(
  "a token that was never given, or is none, finds nothing",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const { token } = await createSession(s, id);
    const hash = await sha256(token);
    for (const other of ["", "x", "A".repeat(43), token.slice(1), hash]) {
      assertEquals(await findSession(s, other), null);
    }
  }),
);

Deno.test(
  "an expired session is none, also while KV still has it",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const { token } = await createSession(s, id);
    await expire(s.kv, keys.session(await sha256(token)));
    assertEquals(await findSession(s, token), null);
  }),
);

Deno.test(
  "signing out ends one session, and again is no error",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const one = await createSession(s, id);
    const two = await createSession(s, id);
    await endSession(s, one.token);
    await endSession(s, one.token);
    await endSession(s, "no token");
    assertEquals(await findSession(s, one.token), null);
    assertEquals((await findSession(s, two.token))?.accountId, id);
  }),
);

Deno.test(
  "signing out everywhere ends all sessions of that account but the one kept",
  onStage(async ({ s, person }) => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const kept = await createSession(s, ann.id);
    const ended = await createSession(s, ann.id);
    const other = await createSession(s, bob.id);
    await endAllSessions(s, ann.id, kept.token);
    assertEquals((await findSession(s, kept.token))?.expiresAt, kept.expiresAt);
    assertEquals(await findSession(s, ended.token), null);
    assert(await findSession(s, other.token));
    await endAllSessions(s, ann.id);
    assertEquals(await findSession(s, kept.token), null);
  }),
);

Deno.test(
  "only a live session of the account itself can be kept",
  onStage(async ({ s, person }) => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const bobs = await createSession(s, bob.id);
    const old = await createSession(s, ann.id);
    await endAllSessions(s, ann.id);
    for (const { token } of [old, bobs]) {
      const call = endAllSessions(s, ann.id, token);
      assertEquals(await codeOf(call), "not-signed-in");
    }
    assertEquals(await findSession(s, old.token), null);
    assertEquals((await findSession(s, bobs.token))?.accountId, bob.id);
    const { value } = await s.kv.get<SessionRecord>(
      keys.session(await sha256(bobs.token)),
    );
    assertEquals(value?.generation, 1);
  }),
);

Deno.test(
  "a session begun before everything was ended is void",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    await endAllSessions(s, id);
    const { token } = await issueSession(s, id, 1);
    assertEquals(await findSession(s, token), null);
  }),
);

Deno.test(
  "nobody is signed in to an account that does not exist",
  onStage(async ({ s }) => {
    assertEquals(await codeOf(createSession(s, "nobody")), "not-found");
  }),
);

Deno.test("what another instance changes of a session or its account shows in the next request", async () => {
  const folder = await Deno.makeTempDir();
  const [one, other] = [
    await Deno.openKv(`${folder}/kv`),
    await Deno.openKv(`${folder}/kv`),
  ];
  const record: AccountRecord = {
    ...{ id: "ann", name: "Ann", email: "ann@x", emailKey: "ann@x" },
    ...{ createdAt: 1, passwordHash: "", generation: 1, hasFace: false },
  };
  const key = keys.account("ann");
  await other.set(key, record);
  const [here, there] = [{ kv: one }, { kv: other }];
  const { token } = await createSession(there, "ann");
  const nameNow = async () => (await findSession(here, token))?.account.name;
  // Twice: the second time it is known whose the session is.
  assertEquals([await nameNow(), await nameNow()], ["Ann", "Ann"]);
  await other.set(key, { ...record, name: "Ann Lee" });
  assertEquals(await nameNow(), "Ann Lee");
  await other.set(key, { ...record, generation: 2 });
  assertEquals(await nameNow(), undefined);
  await other.set(key, record);
  assertEquals(await nameNow(), "Ann");
  await endSession(there, token);
  assertEquals(await nameNow(), undefined);
  one.close();
  other.close();
  await Deno.remove(folder, { recursive: true });
});
