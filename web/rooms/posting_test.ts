import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Message } from "../../realtime/protocol.ts";
import type { Post, PostAnswer } from "../../realtime/protocol-http.ts";
import type { AppError } from "../errors.ts";
import { inRequest } from "../request-id.ts";
import type { Signer } from "../tokens/signer.ts";
import { posting } from "./posting.ts";
import { realtimeCalls } from "./realtime-calls.ts";

const ada = { id: "ada", name: "Ada" };
const messageOf = (clientId: string): Message => ({
  ...{ id: `m ${clientId}`, clientId, sender: ada, content: "Hello" },
  ...{ timestamp: 1, offset: 1 },
});

/** Tokens that say what they are for, and how many there were. */
function signer(): Signer {
  let minted = 0;
  return {
    personToken: (_, { id }) =>
      Promise.resolve({
        token: `${id} ${++minted}`,
        expiresAt: Date.now() + 300_000,
      }),
    personOf: () => Promise.resolve(null),
    serviceToken: () => Promise.resolve("service"),
    jwks: () => Promise.resolve({ keys: [] }),
  };
}

/** A stand-in of realtime that keeps the first call until it is let go. */
function realtime(
  answer: (post: Post) => PostAnswer = ({ message }) => ({
    status: 201,
    body: messageOf(message.clientId),
  }),
  takesMany = true,
) {
  const { promise: open, resolve: letGo } = Promise.withResolvers<void>();
  const calls: { path: string; posts: Post[]; token: string }[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, async (request) => {
    const answer = await answerTo(request);
    answer.headers.set("x-request-id", request.headers.get("x-request-id")!);
    return answer;
  });
  async function answerTo(request: Request): Promise<Response> {
    const { pathname: path } = new URL(request.url);
    const token = request.headers.get("authorization")!.slice(7);
    const body = await request.json();
    if (path === "/posts") {
      calls.push({ path, token, posts: body.posts });
      if (calls.length === 1) await open;
      if (!takesMany) {
        const error = { code: "not-found", message: "There is nothing here." };
        return Response.json({ error }, { status: 404 });
      }
      return Response.json({ answers: body.posts.map(answer) });
    }
    const roomId = path.split("/")[2];
    const requestId = request.headers.get("x-request-id") ?? undefined;
    const post = { token, roomId, message: body, requestId };
    calls.push({ path, token, posts: [post] });
    const { status, body: said } = answer(post);
    return Response.json(said, { status });
  }
  const realtimeUrl = `http://127.0.0.1:${server.addr.port}`;
  const callsTo = realtimeCalls({ realtimeUrl }, signer(), 5_000);
  const send = posting(callsTo);
  return {
    ...{ calls, letGo, tokens: callsTo.tokens },
    post: (clientId: string, more = {}, roomId = "tea") =>
      inRequest(
        `request of ${clientId}`,
        () => send(ada, roomId, { clientId, content: "Hello", ...more }),
      ),
    /** Posts the first, which goes out by itself. */
    async begin() {
      const first = [this.post("c1")];
      while (calls.length < 1) await new Promise((done) => setTimeout(done));
      return first;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a post goes out at once, and what comes meanwhile in halves, each as itself", async () => {
  await using it = realtime();
  const first = await it.begin();
  const files = [{ id: "f", name: "a", type: "b", size: 1 }];
  const more = [
    it.post("c2"),
    it.post("c3", { files }, "cellar"),
    it.post("c4"),
  ];
  it.letGo();
  const ids = ["c1", "c2", "c3", "c4"];
  assertEquals(await Promise.all([...first, ...more]), ids.map(messageOf));
  const inCalls = it.calls.map(({ posts }) =>
    posts.map(({ message }) => message.clientId)
  );
  // Two is the mean of the one that the last call took, and of the three that waited.
  assertEquals(inCalls, [["c1"], ["c2", "c3"], ["c4"]]);
  for (const { path, token, posts } of it.calls) {
    assertEquals([path, token], ["/posts", "service"]);
    for (const { message, requestId, roomId, vouched, token } of posts) {
      const isOther = message.clientId === "c3";
      assertEquals(token, "ada 1");
      assertEquals(requestId, `request of ${message.clientId}`);
      assertEquals(roomId, isOther ? "cellar" : "tea");
      assertEquals([vouched, message.files], [
        isOther,
        isOther ? files : undefined,
      ]);
    }
  }
});

Deno.test("many posts at once all arrive, each once", async () => {
  await using it = realtime();
  it.letGo();
  const ids = Array.from({ length: 350 }, (_, n) => `n${n}`);
  const content = "ü".repeat(2_000);
  const stored = await Promise.all(ids.map((id) => it.post(id, { content })));
  assertEquals(stored.map(({ clientId }) => clientId), ids);
  const posts = it.calls.flatMap(({ posts }) => posts);
  assertEquals(posts.map(({ message }) => message.clientId), ids);
  for (const { posts } of it.calls) {
    assert(posts.length <= 100);
    assert(
      new TextEncoder().encode(JSON.stringify({ posts })).length < 550_000,
    );
  }
});

Deno.test("what is refused of posts that go together is refused of each alone", async () => {
  const error = (code: string) => ({ error: { code, message: "No." } });
  await using it = realtime(({ token, message: { clientId } }) => {
    if (clientId === "none") return { status: 404, body: error("not-found") };
    if (clientId === "often") {
      return { status: 429, body: error("rate-limited") };
    }
    if (clientId === "full") return { status: 503, body: error("disk-full") };
    if (clientId === "old" && token === "ada 1") {
      return { status: 401, body: error("session-ended") };
    }
    return { status: 201, body: messageOf(clientId) };
  });
  const first = await it.begin();
  const ids = ["c3", "none", "often", "full", "old", "c4"];
  const more = Promise.allSettled(ids.map((id) => it.post(id)));
  it.letGo();
  await Promise.all(first);
  const found = (await more).map((it) =>
    it.status === "fulfilled"
      ? it.value.clientId
      : [it.reason.code, it.reason.status, it.reason.retryAfter]
  );
  assertEquals(found, [
    "c3",
    ["not-found", 404, undefined],
    ["rate-limited", 429, 2],
    ["disk-full", 503, 60],
    "old",
    "c4",
  ]);
});

Deno.test("posts on their way through a sign-out of another session go on with new tokens", async () => {
  const error = { code: "session-ended", message: "Signed out." };
  await using it = realtime(({ token, message: { clientId } }) =>
    token === "ada 1"
      ? { status: 401, body: { error } }
      : { status: 201, body: messageOf(clientId) }
  );
  const first = await it.begin();
  const more = it.post("c2");
  it.tokens.forget("ada");
  it.letGo();
  const stored = await Promise.all([...first, more, it.post("c3")]);
  assertEquals(stored.map(({ clientId }) => clientId), ["c1", "c2", "c3"]);
});

Deno.test("an answer that makes no sense is realtime being down, for its post alone", async () => {
  const odd: Record<string, unknown> = {
    none: null,
    unchanged: { status: 304, body: {} },
    empty: { status: 201, body: null },
    unknown: { status: 700, body: {} },
    silent: { status: 500, body: null },
    refused: { status: 422, body: null },
  };
  await using it = realtime(({ message: { clientId } }) =>
    clientId in odd
      ? odd[clientId] as PostAnswer
      : { status: 201, body: messageOf(clientId) }
  );
  it.letGo();
  const ids = ["c1", ...Object.keys(odd), "c2"];
  const told = await Promise.allSettled(ids.map((id) => it.post(id)));
  const found = told.map((one) =>
    one.status === "fulfilled" ? one.value.clientId : one.reason.code
  );
  const down = Object.keys(odd).map(() => "realtime-down");
  assertEquals(found, ["c1", ...down, "c2"]);
});

Deno.test("a realtime of an earlier version gets them one by one", async () => {
  await using it = realtime(undefined, false);
  const first = await it.begin();
  const more = ["c3", "c4", "c5"].map((id) => it.post(id));
  it.letGo();
  const stored = await Promise.all([...first, ...more]);
  assertEquals(stored.map(({ clientId }) => clientId), [
    ...["c1", "c3", "c4", "c5"],
  ]);
  await Promise.all(["c6", "c7", "c8", "c9"].map((id) => it.post(id)));
  assertEquals(it.calls.filter(({ path }) => path === "/posts").length, 1);
});

Deno.test("answers that do not fit the posts are realtime being down", async () => {
  const odd = { status: 201, body: messageOf("c3") };
  await using it = realtime(() => odd);
  const first = await it.begin();
  const json = Response.json;
  const more = Promise.allSettled([it.post("c3"), it.post("c4")]);
  try {
    // Of two posts that go together only one is answered.
    Response.json = (body, init) =>
      json(body?.answers ? { answers: [odd] } : body, init);
    it.letGo();
    for (const one of await more) {
      assertEquals(one.status, "rejected");
      const { reason } = one as PromiseRejectedResult;
      assertEquals((reason as AppError).code, "realtime-down");
    }
  } finally {
    Response.json = json;
  }
  await Promise.all(first);
});

Deno.test("a call that takes long holds up no other posts", async () => {
  await using it = realtime();
  const first = await it.begin();
  assertEquals((await it.post("c3")).clientId, "c3");
  // Nor does one that cannot be sent at all.
  await assertRejects(() => it.post("c4", { content: 1n }), TypeError);
  assertEquals((await it.post("c5")).clientId, "c5");
  it.letGo();
  await Promise.all(first);
});
