import { assert, assertEquals, assertMatch } from "@std/assert";
import { diagnose } from "../../.tasks/doctor/checks.ts";
import { selfieOf } from "../faces/test-photos.ts";
import { eventually } from "./patience.ts";
import { Program } from "./program.ts";
import { type Stack, startStack } from "./stack.ts";

/** An OpenTelemetry collector that keeps what it is sent (OTLP over HTTP, as JSON). */
function collector() {
  const spans: { name: string; attributes: string }[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const body = await request.json();
      for (const { scopeSpans } of body.resourceSpans ?? []) {
        for (const scope of scopeSpans) {
          for (const { name, attributes } of scope.spans) {
            spans.push({ name, attributes: JSON.stringify(attributes) });
          }
        }
      }
      return Response.json({});
    },
  );
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "200",
    },
    spans,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The JSON lines one service wrote. */
function linesOf(stack: Stack, service: string): Record<string, unknown>[] {
  return stack.output.filter((line) => line.startsWith(`${service} {`))
    .map((line) => JSON.parse(line.slice(service.length + 1)));
}

/** The JSON line one service wrote about a request, once it has. */
const lineAbout = (stack: Stack, service: string, requestId: string | null) =>
  eventually(
    () =>
      linesOf(stack, service).find((line) =>
        line.requestId === requestId && line.event === "request"
      ),
    () => `${service} wrote no line about ${requestId}`,
  );

Deno.test("an operator sees what happens, and may end it without harm", async (t) => {
  await using otel = collector();
  const stack = await startStack(otel.env);
  const ada = new Program({ name: "Ada", email: "ada@acme.test" });
  try {
    await ada.register(stack.url, await selfieOf("ada"));
    const { id } = await ada.ask(`${stack.url}/api/chat`, "POST", {
      name: "Engines",
    });
    const headers = { cookie: ada.cookie, "accept-encoding": "br" };

    await t.step("the doctor finds nothing wrong with it", async () => {
      const found = await diagnose(stack.env, {
        live: true,
        given: [],
        missingRecognizer: () => Promise.resolve([]),
      });
      assertEquals(found.filter(({ level }) => level === "wrong"), []);
    });

    await t.step("one id names a request in every service", async () => {
      const page = await fetch(`${stack.url}/rooms/${id}?secret=x`, {
        headers,
      });
      await page.body?.cancel();
      const requestId = page.headers.get("x-request-id");
      const { time, ms, account, ...line } = await lineAbout(
        stack,
        "web",
        requestId,
      );
      assertMatch(String(account), /^[0-9a-f]{12}$/, "a hash of the id");
      assertEquals(line, {
        level: "info",
        service: "web",
        event: "request",
        requestId,
        method: "GET",
        network: "127.0.0.0/24",
        route: "/rooms/:id",
        status: 200,
      });
      assertMatch(String(time), /^\d{4}-\d\d-\d\dT/);
      assert(Number.isInteger(ms));
      const { service } = await lineAbout(stack, "realtime", requestId);
      assertEquals(service, "realtime");
      // Browsers alone send work to the transcriber; a program may name its own.
      const speech = `http://localhost:${stack.env.TRANSCRIBER_PORT}`;
      const asked = await fetch(`${speech}/languages`, {
        headers: { "x-request-id": requestId ?? "" },
      });
      await asked.body?.cancel();
      const heard = await lineAbout(stack, "transcriber", requestId);
      assertEquals(heard.service, "transcriber");
    });

    await t.step("readiness tells the state of each dependency", async () => {
      const answer = await fetch(`${stack.url}/readyz`);
      const { ready, dependencies } = await answer.json();
      assertEquals(ready, true);
      assertEquals(dependencies.realtime, { state: "ready" });
      assertEquals(dependencies.transcriber, { state: "ready" });
    });

    await t.step("spans of requests reach the collector", async () => {
      await eventually(
        () =>
          otel.spans.find(({ attributes }) => attributes.includes("/readyz")),
        () => `Only ${otel.spans.length} other spans came`,
      );
    });

    await t.step(
      "what is long is compressed, and stays cacheable",
      async () => {
        const page = await fetch(`${stack.url}/login`, { headers });
        const css = /\/styles\.css[^"]*/.exec(await page.text())?.[0];
        const brotli = "Accept-Encoding: br";
        for (const path of ["/login", css]) {
          const head = await headOf(stack.url + path, brotli);
          assertMatch(head, /content-encoding: br/i);
        }
        const cookie = `${brotli}\r\nCookie: ${ada.cookie}`;
        const live = await headOf(`${stack.url}/rooms/${id}/live`, cookie);
        assertMatch(live, /^HTTP\/1.1 200/);
        assert(!/content-encoding/i.test(live), "it would be held back");
        const file = await headOf(stack.url + css, brotli);
        const again = await fetch(stack.url + css, {
          headers: { "if-none-match": /etag: (.*)/i.exec(file)?.[1] ?? "" },
        });
        assertEquals(again.status, 304);
      },
    );

    await t.step(
      "a live document ends with a sentence, and web with 0",
      async () => {
        const live = await fetch(`${stack.url}/rooms/${id}/live?after=0`, {
          headers,
        });
        const reader = live.body!.pipeThrough(new TextDecoderStream())
          .getReader();
        const { value: opening = "" } = await reader.read();
        assertMatch(opening, /appear here automatically/);
        const ended = stack.stop("web");
        let rest = "";
        for (let turn = await reader.read(); !turn.done;) {
          rest += turn.value;
          turn = await reader.read();
        }
        assertMatch(rest, /Live messages stopped.*<\/html>/s);
        const { code, signal } = await ended;
        assertEquals([code, signal], [0, null]);
      },
    );
  } finally {
    await stack.close();
  }
});

/** The head of an answer as it is sent: `fetch` hides what it decoded. */
async function headOf(url: string, header: string): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\n` +
    `${header}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  let head = "";
  const decoder = new TextDecoder("latin1");
  for await (const bytes of connection.readable) {
    head += decoder.decode(bytes);
    if (head.includes("\r\n\r\n")) break;
  }
  return head.slice(0, head.indexOf("\r\n\r\n"));
}
