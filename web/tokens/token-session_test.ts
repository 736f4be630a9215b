import { assertEquals } from "@std/assert";
import { deleteAccount } from "../accounts/delete-account.ts";
import { endAllSessions } from "../accounts/sessions.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { announceSignOut } from "../rooms/announce.ts";

/** What web says of a token. */
async function checked(app: TestApp, token?: string): Promise<number> {
  const headers = token === undefined
    ? undefined
    : { authorization: `Bearer ${token}` };
  const answer = await app.ask("/api/internal/token", { headers });
  assertEquals(await answer.text(), "");
  return answer.status;
}

Deno.test("a token works until its session ends, also for who was not told", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ann");
  const { signer } = app.services;
  const tokenOf = async (sid: string) =>
    (await signer.personToken("transcriber", { ...account, sid })).token;
  const [one, two] = [await tokenOf("one"), await tokenOf("two")];
  assertEquals([await checked(app, one), await checked(app, two)], [
    204,
    204,
  ]);
  await announceSignOut(app.services, { userId: account.id, sid: "one" });
  assertEquals([await checked(app, one), await checked(app, two)], [
    401,
    204,
  ]);
  await announceSignOut(app.services, { userId: account.id, keep: "two" });
  assertEquals(await checked(app, two), 204);
  await endAllSessions(app.services, account.id);
  await announceSignOut(app.services, { userId: account.id });
  assertEquals(await checked(app, two), 401);
  assertEquals(await checked(app, await tokenOf("three")), 204);
});

Deno.test("a token of nobody, of web itself, or none at all does not work", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ann");
  const { signer } = app.services;
  const { token } = await signer.personToken("transcriber", account);
  const changed = token.slice(0, -4) +
    (token.endsWith("AAAA") ? "BBBB" : "AAAA");
  for (const given of [undefined, "x", changed]) {
    assertEquals(await checked(app, given), 401);
  }
  const service = await signer.serviceToken("transcriber");
  assertEquals(await checked(app, service), 401);
  assertEquals(await checked(app, token), 204);
  await deleteAccount(app.services, account.id);
  assertEquals(await checked(app, token), 401);
});
