import { afterAll, beforeAll, expect, test } from "bun:test";
import { CLOSE } from "../protocol.ts";
import { SIGN_OUT_MEMORY, type SignOut, SignOuts } from "./sign-outs.ts";
import {
  startTestServer,
  TestClient,
  type TestServer,
} from "../tests/testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const ROOMS = { r: "member" } as const;
const secondsAgo = (s: number) => Math.floor(Date.now() / 1000) - s;
const tokenOf = (user: string, sid?: string, issued = secondsAgo(5)) =>
  server.issuer.personToken(user, ROOMS, { sid, iat: issued });

async function enter(user: string, sid?: string): Promise<TestClient> {
  const client = new TestClient(server.port);
  await client.identify(await tokenOf(user, sid));
  await client.join("r");
  return client;
}

async function end(which: Record<string, unknown>, token?: string) {
  const service = token ?? await server.issuer.serviceToken();
  return server.call("/sessions", service, {
    method: "POST",
    body: JSON.stringify(which),
  });
}

async function refused(token: string) {
  const client = new TestClient(server.port);
  await client.opened;
  client.send({ event: "identify", token });
  const error = await client.next("error");
  expect(error).toMatchObject({ code: "session-ended", retryable: false });
  expect((await client.closed).code).toBe(CLOSE.token);
  expect((await server.call("/rooms/r/messages", token)).status).toBe(401);
}

async function goesOn(client: TestClient, clientId: string) {
  client.chat("r", clientId, "Still here");
  await client.next("message-ack", (ack) => ack.clientId === clientId);
}

test("a sign-out ends the sockets and tokens of its session alone", async () => {
  const [here, there] = [await enter("ann", "s1"), await enter("ann", "s2")];
  const ben = await enter("ben", "s1");
  expect((await end({ userId: "ann", sid: "s1" })).status).toBe(204);
  expect((await here.closed).code).toBe(CLOSE.token);
  await refused(await tokenOf("ann", "s1"));
  // A clock that is behind must not help.
  await refused(await tokenOf("ann", "s1", secondsAgo(-60)));
  await goesOn(there, "a1");
  await goesOn(ben, "b1");
  await enter("ann", "s2");
});

test("signing out everywhere spares the session that asked, and the next one", async () => {
  const [kept, other] = [await enter("cy", "s1"), await enter("cy", "s2")];
  const nameless = await enter("cy");
  expect((await end({ userId: "cy", keep: "s1" })).status).toBe(204);
  expect((await other.closed).code).toBe(CLOSE.token);
  expect((await nameless.closed).code).toBe(CLOSE.token);
  await refused(await tokenOf("cy", "s2"));
  await goesOn(kept, "c1");
  await kept.identify(await tokenOf("cy", "s1"));
  const later = await tokenOf("cy", "s3", secondsAgo(-2));
  await new TestClient(server.port).identify(later);
  expect((await end({ userId: "cy" })).status).toBe(204);
  expect((await kept.closed).code).toBe(CLOSE.token);
});

test("a live page without script ends with its session", async () => {
  const token = await tokenOf("dan", "s1");
  const stream = await server.call("/rooms/r/stream?after=0", token);
  expect(stream.status).toBe(200);
  await end({ userId: "dan", sid: "s1" });
  // It would never end otherwise.
  await stream.text();
});

test("only web may end sessions, and must say whose", async () => {
  const person = await tokenOf("eve", "s1");
  expect((await end({ userId: "ann" }, person)).status).toBe(403);
  for (const wrong of [{}, { userId: 1 }, { userId: "ann", sid: 1 }]) {
    expect((await end(wrong)).status).toBe(400);
  }
});

test("a sign-out is forgotten when no token of before can live", () => {
  const at = 1_000_000;
  const all: SignOut[] = [
    { userId: "ann", sid: "s 1", at },
    { userId: "ann", keep: "s2", at },
  ];
  const signOuts = new SignOuts();
  for (const signOut of all) signOuts.hear(signOut);
  const person = {
    ...{ id: "ann", sid: "s 1", expiresAt: 0, issuedAt: 0, token: "" },
    sender: { id: "ann", name: "Ann" },
  };
  signOuts.forget(at + SIGN_OUT_MEMORY);
  expect(signOuts.ended(person)).toBe(true);
  expect(() => signOuts.admit(person)).toThrow("signed out");
  signOuts.forget(at + SIGN_OUT_MEMORY + 1);
  expect(signOuts.ended(person)).toBe(false);
});
