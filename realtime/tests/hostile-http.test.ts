import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { AuthError, tokenVerifier } from "../access/tokens.ts";
import { draft } from "../log/testing.ts";
import type { Message } from "../protocol.ts";
import { startTestServer, TestClient, type TestServer } from "./testing.ts";

let server: TestServer;
let ann: string;
beforeAll(async () => {
  server = await startTestServer({
    messageRate: 100_000,
    messageBurst: 100_000,
  });
  ann = await server.issuer.personToken("ann", { r: "member" });
  await server.hub.log.append(draft("other", "c1", "Secret of another room"));
});
afterAll(() => server.stop());

const now = () => Math.floor(Date.now() / 1000);
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("ann", "service", "r", "admin", "realtime", 1, 9e15, null),
  fc.record({ r: fc.constantFrom("member", "admin", "owner", 1, null) }),
);
const claims = fc.record({
  sub: fc.oneof(fc.constant("ann"), value),
  name: fc.oneof(fc.constant("Ann"), value),
  rooms: fc.oneof(fc.constant({ r: "member" }), value),
  scope: value,
  aud: fc.oneof(fc.constant("realtime"), value),
  iat: fc.oneof(fc.constant(now()), fc.double({ noNaN: true })),
  exp: fc.oneof(fc.constant(now() + 300), fc.double({ noNaN: true })),
}, { requiredKeys: [] });

test("whatever a token claims, only a whole claim is believed", async () => {
  const verify = tokenVerifier(server.issuer.url);
  const run = fc.asyncProperty(claims, async (claim) => {
    // What cannot be signed was never a token.
    const token = await server.issuer.sign(claim as never).catch(() => "");
    const identity = await verify(token).catch((error) => error as Error);
    if (identity instanceof Error) {
      return expect(identity).toBeInstanceOf(AuthError);
    }
    expect(claim.aud ?? "realtime").toEqual("realtime");
    if (identity.kind === "service") {
      return expect(claim).toMatchObject({ scope: "service" });
    }
    expect(claim.sub).toBe(identity.person.id);
  });
  await fc.assert(run, { numRuns: 200 });
});

test("a token changed in any place lets nobody in", async () => {
  const verify = tokenVerifier(server.issuer.url);
  const place = fc.nat(ann.length - 1);
  const letter = fc.constantFrom(..."AZaz09-_.=% \u0000é");
  const run = fc.asyncProperty(place, letter, async (at, by) => {
    const token = ann.slice(0, at) + by + ann.slice(at + 1);
    // The last letter holds bits that do not count (RFC 4648 §3.5).
    if (token === ann || at === ann.length - 1) return;
    await expect(verify(token)).rejects.toThrow(AuthError);
  });
  await fc.assert(run, { numRuns: 300 });
  const client = new TestClient(server.port);
  await client.opened;
  client.send({ event: "identify", token: `${ann.slice(0, -9)}AAAAAAAAA` });
  expect((await client.closed).code).toBe(4401);
});

const part = fc.oneof(
  fc.constantFrom(
    ..."rooms r other messages search search stream read membership summaries"
      .split(
        " ",
      ),
    ..."metrics healthz readyz .. %00 %zz %2e%2e * __proto__".split(" "),
  ),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const query = fc.array(
  fc.tuple(
    fc.constantFrom("before", "after", "limit", "q", "rooms", "x"),
    fc.oneof(
      fc.integer().map(String),
      fc.constantFrom("other", "r,other", "1e400", "-0", "NaN", "Secret"),
      fc.string({ maxLength: 6 }),
    ),
  ),
  { maxLength: 3 },
);
const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"),
  path: fc.oneof(
    fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
    fc.tuple(
      fc.constantFrom("r", "other"),
      fc.constantFrom("/messages", "/search", "/read", "/members", ""),
    ).map(([room, what]) => `/rooms/${room}${what}`),
  ),
  query,
  body: fc.oneof(
    fc.json(),
    fc.string(),
    fc.record({
      clientId: fc.constantFrom("c1", "c2", 1, ""),
      rooms: fc.constantFrom(["r"], ["other"], "r", [1], null),
      terms: fc.constantFrom([{ text: "secret", whole: false }], [{}], 1),
      cursor: fc.oneof(fc.integer(), fc.string({ maxLength: 4 })),
      content: fc.oneof(fc.string(), fc.constantFrom(1, null)),
      offset: fc.oneof(fc.integer(), fc.constant("1")),
      version: fc.oneof(fc.integer(), fc.constant("1")),
      members: fc.constantFrom({ ann: "admin" }, { ann: "owner" }, [], null),
      ended: fc.constantFrom(true, false, 1),
    }).map((it) => JSON.stringify(it)),
  ),
});

test(
  "any request: no crash, no other room, nothing said to be stored that is not",
  async () => {
    const run = fc.asyncProperty(
      requests,
      async ({ method, path, ...rest }) => {
        const search = new URLSearchParams(rest.query).toString();
        const init = method === "GET"
          ? { method }
          : { method, body: rest.body };
        const signal = AbortSignal.timeout(5_000);
        const answer = await server.call(`${path}?${search}`, ann, {
          ...init,
          signal,
        });
        expect(answer.status).not.toBe(500);
        expect(answer.headers.get("x-request-id")).toBeTruthy();
        if (answer.headers.get("content-type")?.includes("ndjson")) {
          return await answer.body?.cancel();
        }
        const text = await answer.text();
        expect(text).not.toContain("Secret of another room");
        if (
          method !== "POST" || !answer.ok || !path.endsWith("messages")
        ) return;
        const message = JSON.parse(text) as Message;
        const stored = await server.hub.log.find("r", message.id);
        expect(stored).toEqual(message);
      },
    );
    await fc.assert(run, { numRuns: 400 });
    const { offset } = await server.hub.log.read("other", 0, 1);
    expect(offset).toBe(1);
    const history = await server.call("/rooms/r/messages", ann);
    expect(history.status).toBe(200);
  },
  20_000,
);
