import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePorts } from "../../.tasks/free-ports.ts";
import { selfieOf } from "../faces/test-photos.ts";
import { Program } from "./program.ts";
import { startStack } from "./stack.ts";

const ADA = "ada@acme.test";

/** A reverse proxy as operators put before web: it adds whom it answers to X-Forwarded-For. */
function proxyAt(port: number, target: () => string) {
  const server = Deno.serve(
    { port, hostname: "0.0.0.0", onListen() {} },
    (request, { remoteAddr }) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      const before = headers.get("x-forwarded-for");
      const { hostname } = remoteAddr as Deno.NetAddr;
      headers.set(
        "x-forwarded-for",
        before ? `${before}, ${hostname}` : hostname,
      );
      return fetch(target() + pathname + search, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
      });
    },
  );
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Signs in as Ada with a wrong password; the status of the answer. */
async function guess(
  url: string,
  client: Deno.HttpClient,
  headers: Record<string, string> = {},
): Promise<number> {
  const init: RequestInit & { client: Deno.HttpClient } = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ email: ADA, password: "no such password" }),
    client,
  };
  const answer = await fetch(`${url}/api/login`, init);
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("behind a proxy, web is itself: forms, live documents, request ids, and who guesses passwords", async (t) => {
  const [port] = freePorts(1);
  let target = "";
  await using _proxy = proxyAt(port, () => target);
  const url = `http://localhost:${port}`;
  // `target` is set as soon as web's own port is known: nobody asks before.
  const stack = await startStack({ APP_URL: url, TRUST_PROXY: "1" });
  target = stack.url;
  const ada = new Program({ name: "Ada", email: ADA });
  try {
    await ada.register(url, await selfieOf("ada"));
    const form = (path: string, fields: Record<string, string>, from: string) =>
      fetch(url + path, {
        method: "POST",
        headers: {
          cookie: ada.cookie,
          origin: from,
          "x-request-id": "edge-4711",
        },
        body: new URLSearchParams(fields),
        redirect: "manual",
      });

    let room = "";
    await t.step(
      "its forms are taken, those of other sites are not",
      async () => {
        const made = await form("/rooms", { name: "Engines" }, url);
        await made.body?.cancel();
        assertEquals(made.status, 303);
        room = made.headers.get("location") ?? "";
        assertMatch(room, /^\/rooms\/[\w-]+$/, "no address of web's own");
        assertEquals(made.headers.get("x-request-id"), "edge-4711");
        const strange = await form(
          "/rooms",
          { name: "No" },
          "https://evil.test",
        );
        await strange.body?.cancel();
        assertEquals(strange.status, 403);
      },
    );

    await t.step("a live document comes as it grows", async () => {
      const stop = new AbortController();
      const live = await fetch(`${url}${room}/live?after=0`, {
        headers: { cookie: ada.cookie },
        signal: stop.signal,
      });
      const reader = live.body!.pipeThrough(new TextDecoderStream())
        .getReader();
      const { value = "" } = await reader.read();
      assertMatch(value, /appear here automatically/);
      await ada.ask(`${url}/api/messages`, "POST", {
        roomId: room.split("/").at(-1),
        clientId: "c-1",
        content: "Through the proxy",
      });
      let grown = "";
      while (!grown.includes("Through the proxy")) {
        const turn = await reader.read();
        assert(!turn.done, grown);
        grown += turn.value;
      }
      stop.abort();
      await reader.closed.catch(() => {});
    });

    await t.step(
      "who guesses is stopped, whatever they write, and others are not",
      async () => {
        using one = Deno.createHttpClient({ localAddress: "127.0.0.2" });
        using other = Deno.createHttpClient({ localAddress: "127.0.0.3" });
        const at = url.replace("localhost", "127.0.0.1");
        let tries = 0;
        while (await guess(at, one) !== 429) assert(++tries < 30);
        assertEquals(tries, 10);
        const forged = { "x-forwarded-for": "127.0.0.3" };
        assertEquals(await guess(at, one, forged), 429);
        assertEquals(await guess(at, other), 401);
      },
    );
  } finally {
    await stack.close();
  }
});
