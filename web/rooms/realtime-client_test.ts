import { assertEquals, assertRejects } from "@std/assert";
import type { EntryFrame } from "../../realtime/protocol.ts";
import { AppError } from "../errors.ts";
import type { RealtimeClient } from "../services.ts";
import type { Signer } from "../tokens/signer.ts";
import { realtimeClient } from "./realtime-client.ts";

const ada = { id: "ada", name: "Ada" };
const message = {
  id: "m1",
  clientId: "c1",
  sender: ada,
  content: "Hello",
  timestamp: 1,
  offset: 1,
};

/** Tokens that say what they are for. */
const signer: Signer = {
  personToken: (audience, { id }) =>
    Promise.resolve({
      token: `${audience}:${id}`,
      expiresAt: Date.now() + 300_000,
    }),
  personOf: () => Promise.resolve(null),
  serviceToken: (audience) => Promise.resolve(`${audience}:service`),
  jwks: () => Promise.resolve({ keys: [] }),
};

interface Seen {
  method: string;
  path: string;
  authorization: string | null;
  body: string;
}

/** Runs a test against a stand-in of realtime that answers as told. */
async function against(
  answer: (request: Request) => Response | Promise<Response>,
  test: (realtime: RealtimeClient, seen: Seen[]) => Promise<void>,
  minting = signer,
) {
  const seen: Seen[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, async (request) => {
    const { pathname, search } = new URL(request.url);
    seen.push({
      method: request.method,
      path: pathname + search,
      authorization: request.headers.get("authorization"),
      body: await request.text(),
    });
    const said = await answer(request);
    const id = request.headers.get("x-request-id");
    // As realtime does.
    const isRedirect = said.status >= 300 && said.status < 400;
    if (id && !isRedirect) said.headers.set("x-request-id", id);
    return said;
  });
  const realtimeUrl = `http://127.0.0.1:${server.addr.port}`;
  try {
    await test(realtimeClient({ realtimeUrl }, minting), seen);
  } finally {
    await server.shutdown();
  }
}

const person = "Bearer realtime:ada";

Deno.test("search asks for what a person wants to find", () => {
  const page = { messages: [message], next: null };
  return against(() => Response.json(page), async (realtime, seen) => {
    const terms = [{ text: "a & b", whole: true }];
    const search = { rooms: ["tea"], terms, cursor: "9" };
    assertEquals<unknown>(await realtime.search(ada, search), page);
    assertEquals(
      seen.map(({ method, path, body }) => [method, path, JSON.parse(body)]),
      [["POST", "/search", search]],
    );
    assertEquals(seen[0].authorization, person);
  });
});

Deno.test("history asks for a page of the room, as the person", () => {
  const page = { messages: [message], epoch: "e", offset: 1 };
  return against(() => Response.json(page), async (realtime, seen) => {
    assertEquals(
      await realtime.history(ada, "tea", { before: 9, limit: 2 }),
      page,
    );
    await realtime.history(ada, "a/b", {});
    assertEquals(seen.map(({ path }) => path), [
      "/rooms/tea/messages?before=9&limit=2",
      "/rooms/a%2Fb/messages",
    ]);
    assertEquals(seen[0].authorization, person);
  });
});

Deno.test("post sends the draft, and takes a repeated one's answer too", () => {
  let status = 201;
  return against(
    () => Response.json({ answers: [{ status, body: message }] }),
    async (realtime, seen) => {
      const draft = { clientId: "c1", content: "Hello" };
      assertEquals(await realtime.post(ada, "tea", draft), message);
      status = 200;
      assertEquals(await realtime.post(ada, "tea", draft), message);
      const { method, path, authorization, body } = seen[1];
      assertEquals([method, path], ["POST", "/posts"]);
      assertEquals(authorization, "Bearer realtime:service");
      const post = { token: "realtime:ada", roomId: "tea", message: draft };
      assertEquals(JSON.parse(body), { posts: [{ ...post, vouched: false }] });
    },
  );
});

Deno.test("summaries ask for a hundred rooms at a time, and for none without any", () => {
  const summary = { epoch: "e", offset: 1, read: 0, unread: 1, last: message };
  return against(
    (request) => {
      const rooms = new URL(request.url).searchParams.get("rooms")!.split(",");
      const entries = rooms.map((id) => [id, summary]);
      return Response.json({ rooms: Object.fromEntries(entries) });
    },
    async (realtime, seen) => {
      const ids = ["tea", "a/b"];
      assertEquals(Object.keys(await realtime.summaries(ada, ids)), ids);
      assertEquals(await realtime.summaries(ada, []), {});
      assertEquals(seen.map(({ path }) => path), [
        "/summaries?rooms=tea,a%2Fb",
      ]);
      const many = Array.from({ length: 201 }, (_, i) => `r${i}`);
      assertEquals(Object.keys(await realtime.summaries(ada, many)), many);
      assertEquals(seen.length, 4);
    },
  );
});

Deno.test("reading is said as the person, members and sign-outs as the service", () =>
  against(() => new Response(null, { status: 204 }), async (realtime, seen) => {
    await realtime.markRead(ada, "tea", 7);
    await realtime.handOver("a/b", { version: 7, members: { bob: "admin" } });
    await realtime.sessionsEnded({ userId: "bob", keep: "s1" });
    assertEquals(seen, [
      {
        method: "PUT",
        path: "/rooms/tea/read",
        authorization: person,
        body: '{"offset":7}',
      },
      {
        method: "PUT",
        path: "/rooms/a%2Fb/members",
        authorization: "Bearer realtime:service",
        body: '{"version":7,"members":{"bob":"admin"}}',
      },
      {
        method: "POST",
        path: "/sessions",
        authorization: "Bearer realtime:service",
        body: '{"userId":"bob","keep":"s1"}',
      },
    ]);
  }));

const errors: [number, string, string, number][] = [
  [404, "not-found", "not-found", 404],
  [400, "bad-frame", "bad-frame", 400],
  [422, "message-too-long", "message-too-long", 422],
  [429, "too-fast", "too-fast", 429],
  [401, "token", "realtime-down", 503],
  [500, "internal", "realtime-down", 503],
];
for (const [status, code, seenCode, seenStatus] of errors) {
  Deno.test(`realtime's ${status} is ${seenCode}`, () => {
    const body = { error: { code, message: "A sentence." } };
    const headers = { "retry-after": "9" };
    return against(
      () => Response.json(body, { status, headers }),
      async (realtime) => {
        const error = await assertRejects(
          () => realtime.history(ada, "tea", {}),
          AppError,
        );
        assertEquals([error.code, error.status], [seenCode, seenStatus]);
        const isPassedOn = seenCode === code;
        assertEquals(error.message === "A sentence.", isPassedOn);
        assertEquals(error.retryAfter === 9, isPassedOn);
      },
    );
  });
}

/** A signer whose tokens are t1, t2, t3 … */
function countingSigner(): Signer {
  let minted = 0;
  return {
    ...signer,
    personToken: () => {
      const expiresAt = Date.now() + 300_000;
      return Promise.resolve({ token: `t${++minted}`, expiresAt });
    },
  };
}

Deno.test("a token that realtime refuses is not used again", async () => {
  await against(
    () =>
      Response.json({ error: { code: "no", message: "No." } }, { status: 401 }),
    async (realtime, seen) => {
      await assertRejects(() => realtime.history(ada, "tea", {}));
      await assertRejects(() => realtime.history(ada, "tea", {}));
      assertEquals(
        seen.map(({ authorization }) => authorization),
        ["t1", "t2", "t3", "t4"].map((token) => `Bearer ${token}`),
      );
    },
    countingSigner(),
  );
});

Deno.test("a message goes through although the token kept is from before a sign-out", async () => {
  const no = { error: { code: "session-ended", message: "Signed out." } };
  const signedOut = { answers: [{ status: 401, body: no }] };
  const again = { answers: [{ status: 201, body: message }] };
  let isAlone = false;
  await against(
    (request) => {
      if (!request.url.endsWith("/posts")) {
        isAlone = true;
        return Response.json(message, { status: 201 });
      }
      return Response.json(isAlone ? again : signedOut);
    },
    async (realtime, seen) => {
      const draft = { clientId: "c1", content: "Hello" };
      assertEquals(await realtime.post(ada, "tea", draft), message);
      assertEquals(await realtime.post(ada, "tea", draft), message);
      const tokenIn = (body: string) => JSON.parse(body).posts[0].token;
      const [first, second, third] = seen;
      assertEquals(tokenIn(first.body), "t1");
      assertEquals(second.authorization, "Bearer t2");
      assertEquals(second.body, JSON.stringify(draft));
      assertEquals(tokenIn(third.body), "t2");
    },
    countingSigner(),
  );
});

Deno.test("an answer that makes no sense is realtime being down", async () => {
  const answers = [
    () => new Response("<html>"),
    () => new Response("<html>", { status: 404 }),
    () => Response.json({ error: "no" }, { status: 422 }),
    () => Response.redirect("http://127.0.0.1:1/"),
  ];
  for (const answer of answers) {
    await against(answer, async (realtime) => {
      const error = await assertRejects(
        () => realtime.history(ada, "tea", {}),
        AppError,
      );
      assertEquals(error.code, "realtime-down");
    });
  }
});

Deno.test("changes of members that do not follow on are said to, as where only lists are taken", async () => {
  const update = { version: 8, after: [7], changed: { bob: null } };
  for (
    const [status, code, isTaken] of [
      [204, "", true],
      [409, "members-unknown", false],
      [405, "method-not-allowed", false],
    ] as const
  ) {
    await against(
      () =>
        status === 204
          ? new Response(null, { status })
          : Response.json({ error: { code, message: "No." } }, { status }),
      async (
        realtime,
        seen,
      ) => {
        assertEquals(await realtime.updateMembers("a/b", update), isTaken);
        assertEquals(seen.map(({ method, path }) => `${method} ${path}`), [
          "PATCH /rooms/a%2Fb/members",
        ]);
      },
    );
  }
});

Deno.test("realtime that is not there is a sentence, not a crash", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const realtimeUrl = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const realtime = realtimeClient({ realtimeUrl }, signer);
  const signal = new AbortController().signal;
  for (
    const attempt of [
      () => realtime.summaries(ada, ["tea"]),
      () => realtime.handOver("tea", { version: 1, members: {} }),
      () => realtime.stream(ada, "tea", 0, signal),
    ]
  ) {
    const error = await assertRejects(attempt, AppError);
    assertEquals([error.code, error.status], ["realtime-down", 503]);
  }
});

Deno.test("realtime that never answers is given up", async () => {
  // A listener that accepts and stays silent.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connection = listener.accept();
  const realtimeUrl = `http://127.0.0.1:${listener.addr.port}`;
  const realtime = realtimeClient({ realtimeUrl }, signer, 50);
  const error = await assertRejects(
    () => realtime.history(ada, "tea", {}),
    AppError,
  );
  assertEquals(error.code, "realtime-down");
  (await connection).close();
});

Deno.test("the stream gives entries as they come, and ends when it is let go", () => {
  const frame: EntryFrame = {
    event: "new-message",
    roomId: "tea",
    epoch: "e",
    offset: 2,
    message,
  };
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const text = `\n${JSON.stringify(frame)}\n\n`;
      controller.enqueue(new TextEncoder().encode(text));
    },
    cancel: () => cancelled.resolve(),
  });
  return against(() => new Response(body), async (realtime, seen) => {
    const page = new AbortController();
    const stream = await realtime.stream(ada, "tea", 1, page.signal);
    const reader = stream.getReader();
    assertEquals((await reader.read()).value, frame);
    assertEquals(seen[0].path, "/rooms/tea/stream?after=1");
    page.abort();
    await assertRejects(() => reader.read(), DOMException);
    await cancelled.promise;
  });
});

Deno.test("whether pages are still so is asked for many at once, and not of a realtime that does not say", async () => {
  const ask = (realtime: RealtimeClient) =>
    Promise.all(
      ["ada", "bob"].map((userId) =>
        realtime.stillSo({ userId, since: "m.1" })
      ),
    );
  await against(
    () => Response.json({ now: "m.2", unchanged: [true, false] }),
    async (realtime, seen) => {
      assertEquals(await ask(realtime), ["m.2", null]);
      const asked = ["ada", "bob"].map((userId) => ({ userId, since: "m.1" }));
      assertEquals(seen, [{
        ...{
          method: "POST",
          path: "/unchanged",
          body: JSON.stringify({ asked }),
        },
        authorization: "Bearer realtime:service",
      }]);
    },
  );
  for (const status of [404, 503]) {
    await against(
      () => Response.json({ error: { code: "x", message: "X." } }, { status }),
      async (realtime, seen) => {
        assertEquals(await ask(realtime), [null, null]);
        assertEquals(await ask(realtime), [null, null]);
        assertEquals(seen.length, 1);
      },
    );
  }
});
