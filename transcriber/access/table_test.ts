import { assertEquals } from "@std/assert";
import { createApp } from "../http/app.ts";
import { Bodies } from "../http/bodies.ts";
import { DEFAULT_RATE } from "../http/limits.ts";
import type { Deps } from "../service.ts";
import { OneWord } from "../testing/recognizers.ts";
import { failure } from "../testing/requests.ts";
import { startService } from "../testing/service.ts";
import { REQUESTS, type Row } from "./table.ts";

const requests = Object.entries<Row>(REQUESTS).map(([request, row]) => {
  const [method, path] = request.split(" ");
  return { ...row, request, method, path: path.replace(":id", "none") };
});

Deno.test("every route is in the table, and nothing else is", () => {
  const config = { host: "127.0.0.1", appUrl: "http://localhost:8000" };
  const deps = { config, recognizer: new OneWord(), bodies: new Bodies() };
  const app = createApp(deps as unknown as Deps);
  const there = app.routes.filter(({ method, path }) =>
    method !== "ALL" && !path.includes("*")
  ).map(({ method, path }) => `${method} ${path}`);
  assertEquals([...new Set(there)].sort(), Object.keys(REQUESTS).sort());
});

Deno.test("nobody is let in whom the table does not name", async () => {
  await using service = await startService();
  for (const { method, path, who, request } of requests) {
    const stranger = await fetch(service.url + path, { method });
    if (who === "anyone") {
      await stranger.body?.cancel();
      assertEquals([401, 403].includes(stranger.status), false, request);
      continue;
    }
    await stranger.body?.cancel();
    assertEquals(stranger.status, 401, request);
    if (who !== "web") continue;
    const program = await service.request(path, { method });
    assertEquals(await failure(program), "403 service-only", request);
  }
});

Deno.test("no body is larger than the table says", async () => {
  await using service = await startService();
  const token = await service.web.token({ scope: "service" });
  for (const { method, path, who, bytes, jsonBytes, request } of requests) {
    if (method !== "POST") continue;
    const authorization = who === "web" ? `Bearer ${token}` : undefined;
    const send = async (type: string, size: number) => {
      const answer = await service.request(path, {
        method,
        headers: {
          "content-type": type,
          ...authorization && { authorization },
        },
        body: "x".repeat(size),
      });
      await answer.body?.cancel();
      assertEquals(answer.status, 413, `${request} ${type}`);
    };
    const form = "multipart/form-data; boundary=b";
    const other = jsonBytes ? "audio/wav" : form;
    await send(who === "web" ? "application/json" : other, bytes + 1);
    if (jsonBytes) await send("application/json", jsonBytes + 1);
  }
});

Deno.test("recordings do not come more often than the table says", async () => {
  await using service = await startService();
  let last = "";
  for (let n = 0; n <= 2 * DEFAULT_RATE.program; n++) {
    last = await failure(
      await service.request("/transcribe", {
        ...{ method: "POST", body: "x" },
        headers: { "content-type": "text/plain" },
      }),
    );
    if (last !== "415 content-type") break;
  }
  assertEquals(last, "429 rate-limited");
});
