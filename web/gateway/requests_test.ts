import { assert, assertEquals } from "@std/assert";
import { passedRoute, roomsPath, speechPath } from "./paths.ts";
import { MOST, Places } from "./places.ts";
import { startGate } from "./testing.ts";

Deno.test("a request reaches the transcriber with its token and body, and without our cookies", async () => {
  let seen = new Headers();
  await using gate = await startGate(async (request) => {
    seen = new Headers(request.headers);
    const { pathname, search } = new URL(request.url);
    const said = `${request.method} ${pathname}${search} ${await request
      .text()}`;
    return new Response(said, {
      status: 422,
      headers: { "set-cookie": "a=b", "retry-after": "7" },
    });
  });
  const answer = await fetch(
    `${gate.url}/transcriber/transcribe?language=en-US`,
    {
      method: "POST",
      headers: {
        authorization: "Bearer a.b.c",
        cookie: "chatsphere_session=secret",
        "content-type": "audio/webm",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-prefix": "//evil.example",
        "x-web-token": "made-up",
      },
      body: "sound",
    },
  );
  assertEquals(
    await answer.text(),
    "POST /transcribe?language=en-US sound",
  );
  assertEquals([answer.status, answer.headers.get("retry-after")], [422, "7"]);
  assertEquals(answer.headers.get("set-cookie"), null);
  assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
  assertEquals(seen.get("authorization"), "Bearer a.b.c");
  assertEquals(seen.get("content-type"), "audio/webm");
  assertEquals(seen.get("cookie"), null);
  assertEquals(seen.get("x-web-token"), null);
  assertEquals(seen.get("x-forwarded-for"), "127.0.0.1");
  assertEquals(seen.get("x-forwarded-prefix"), "/transcriber");
  assertEquals(seen.get("x-request-id"), answer.headers.get("x-request-id"));
});

Deno.test("an answer comes as it is made, and waits for a slow reader", async () => {
  let made = 0;
  const CHUNK = new Uint8Array(65_536);
  await using gate = await startGate(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          made += CHUNK.length;
          controller.enqueue(CHUNK);
        },
      }),
    )
  );
  const stop = new AbortController();
  const answer = await fetch(`${gate.url}/transcriber/clips/abc`, {
    signal: stop.signal,
  });
  const reader = answer.body!.getReader();
  await reader.read();
  let before = -1;
  // Nobody reads: it stops being made once what lies between is full.
  while (made !== before) {
    before = made;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(made < 32_000_000, `${made} bytes were made`);
  stop.abort();
  await reader.closed.catch(() => {});
});

Deno.test("a recording passes as it is sent, and waits for a slow service", async () => {
  const first = Promise.withResolvers<number>();
  const read = Promise.withResolvers<void>();
  await using gate = await startGate(async (request) => {
    const reader = request.body!.getReader();
    const { value } = await reader.read();
    first.resolve(value?.length ?? 0);
    await read.promise;
    await reader.cancel();
    return new Response("enough", { status: 413 });
  });
  let sent = 0;
  const CHUNK = new Uint8Array(65_536);
  const asked = fetch(`${gate.url}/transcriber/transcribe`, {
    method: "POST",
    body: new ReadableStream({
      pull(controller) {
        sent += CHUNK.length;
        controller.enqueue(CHUNK);
      },
    }),
  }).then((answer) => answer.text(), () => "refused");
  assert(await first.promise > 0, "it came before its end");
  let before = -1;
  while (sent !== before) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(sent < 32_000_000, `${sent} bytes were sent`);
  read.resolve();
  await asked;
});

Deno.test("who goes away before the answer is not worked for any more", async () => {
  const started = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  await using gate = await startGate(async ({ signal }) => {
    signal.addEventListener("abort", () => gone.resolve());
    started.resolve();
    await gone.promise;
    return new Response();
  });
  const stop = new AbortController();
  const asked = fetch(`${gate.url}/transcriber/languages`, {
    signal: stop.signal,
  }).catch(() => {});
  await started.promise;
  stop.abort();
  await Promise.all([asked, gone.promise]);
});

Deno.test("without a transcriber the answer is 503, and says so", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await using gate = await startGate(`http://127.0.0.1:${port}`);
  const answer = await fetch(`${gate.url}/transcriber/languages`);
  assertEquals(answer.status, 503);
  assertEquals((await answer.json()).error.code, "transcriber-down");
});

Deno.test("pages of other sites are refused", async () => {
  await using gate = await startGate(() => new Response("inside"));
  const ask = async (origin?: string, method = "GET") => {
    const answer = await fetch(`${gate.url}/transcriber/languages`, {
      method,
      headers: origin ? { origin } : {},
    });
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals(await ask(), 200);
  assertEquals(await ask(gate.url), 200);
  assertEquals(await ask("https://evil.example"), 403);
  assertEquals(await ask("https://evil.example", "OPTIONS"), 403);
});

Deno.test("only what is for browsers is passed on", async () => {
  const asked: string[] = [];
  await using gate = await startGate((request) => {
    asked.push(new URL(request.url).pathname);
    return new Response("inside");
  });
  const OUTSIDE = [
    ...["metrics", "sessions", "healthz", "", "clips/", "clips/../metrics"],
    ...["%2e%2e/metrics", "..%2fmetrics", "transcribe/..%2f..%2fmetrics"],
    ...["clips/%2e%2e%2fmetrics", "clips/abc/../../metrics", "clips/a%00b"],
    ...["transcribe%2flive", "/metrics", "clips/abc/audio/more"],
    ...["v1/chat/completions", "v1/models/%2e%2e%2f..%2fmetrics", "v1/metrics"],
    ...["languages;/../metrics", "clips/a?b/../..", "\\metrics"],
  ];
  for (const path of OUTSIDE) {
    const answer = await fetch(`${gate.url}/transcriber/${path}`);
    await answer.body?.cancel();
  }
  assertEquals(asked, ["/clips/a"]);
  assertEquals(speechPath("/transcriber/clips/abc/audio"), "/clips/abc/audio");
  assertEquals(speechPath("/transcribers/languages"), undefined);
  for (const path of ["audio/transcriptions", "models", "models/whisper-1"]) {
    assertEquals(speechPath(`/transcriber/v1/${path}`), `/v1/${path}`);
  }
});

Deno.test("requests on their way are counted", async () => {
  const requests = new Places({ ...MOST, network: 1 });
  const answered = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using gate = await startGate(async () => {
    started.resolve();
    await answered.promise;
    return new Response("inside");
  }, { requests });
  const url = `${gate.url}/transcriber/languages`;
  const first = fetch(url).then((answer) => answer.text());
  await started.promise;
  const second = await fetch(url);
  await second.body?.cancel();
  assertEquals(second.status, 503);
  answered.resolve();
  assertEquals(await first, "inside");
});

Deno.test("of realtime only what a room needs without a socket is passed on", async () => {
  const asked: string[] = [];
  await using gate = await startGate((request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return Response.json({ token: request.headers.get("authorization") });
  });
  const OUTSIDE = [
    ...["metrics", "sessions", "renames", "leftovers", "readyz", "rooms/r"],
    ...["rooms/r/members", "rooms/r/names", "rooms/r/name", "rooms/r/clips"],
    ...["rooms/../metrics", "rooms/r/..%2f..%2fmetrics", "rooms/r/read/x"],
  ];
  for (const path of OUTSIDE) {
    const method = "DELETE";
    const answer = await fetch(`${gate.url}/realtime/${path}`, { method });
    await answer.body?.cancel();
  }
  assertEquals(asked, []);
  for (const part of ["messages", "amendments", "stream", "read"]) {
    const headers = { authorization: "Bearer a.b.c", cookie: "a=b" };
    const answer = await fetch(`${gate.url}/realtime/rooms/r/${part}`, {
      headers,
    });
    assertEquals((await answer.json()).token, "Bearer a.b.c");
  }
  assertEquals(asked.length, 4);
  assertEquals(roomsPath("/realtime/summaries"), "/summaries");
  assertEquals(roomsPath("/realtime/docs"), "/docs");
  assertEquals(roomsPath("/realtime/metrics"), undefined);
  assertEquals(
    passedRoute("/realtime/rooms/secret/read"),
    "/realtime/rooms/:id/read",
  );
});
