import { afterAll, beforeAll, expect, test } from "bun:test";
import type { z } from "zod";
import { FILES_TOKEN } from "../../protocol.ts";
import { startTestServer, type TestServer } from "../../tests/testing.ts";
import { ROUTES } from "../routes.ts";
import { CALLS } from "./calls.ts";

let server: TestServer;
let ann: string;
let web: string;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.issuer.personToken("ann", { r: "member" });
  web = await server.issuer.serviceToken();
});
afterAll(() => server.stop());

interface Told {
  openapi: string;
  paths: Record<string, Record<string, { security: object[] }>>;
}

const told = async () =>
  await (await fetch(`http://127.0.0.1:${server.port}/openapi.json`))
    .json() as Told;

test("every route is in the document, and no other", async () => {
  const { openapi, paths } = await told();
  expect(openapi).toBe("3.1.0");
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((it) => `${it.toUpperCase()} ${path}`)
  );
  const there = ROUTES.map(([method, path]) =>
    `${method} ${path.replace(":id", "{id}")}`
  );
  expect(documented.sort()).toEqual(there.sort());
});

test("what needs no token in the document needs none, and whose it must be is as it says", async () => {
  const { paths } = await told();
  for (const { method, path } of CALLS) {
    const { security = [] } = paths[path]?.[method.toLowerCase()] ?? {};
    const kinds = security.flatMap((it) => Object.keys(it));
    const asked = path.replace("{id}", "r");
    const codeOf = async (token: string) => {
      const body = method === "GET" ? undefined : "{}";
      const answer = await server.call(asked, token, { method, body });
      const text = answer.headers.get("content-type")?.includes("x-ndjson")
        ? (void answer.body?.cancel(), "")
        : await answer.text();
      return [answer.status, text] as const;
    };
    const call = `${method} ${path}`;
    expect([call, (await codeOf(""))[0] === 401])
      .toEqual([call, kinds.length > 0]);
    if (path === "/rooms/{id}" || kinds.length === 0) continue;
    const [asPerson] = await codeOf(ann);
    expect([call, asPerson !== 403]).toEqual([call, kinds.includes("person")]);
    const [asWeb] = await codeOf(web);
    expect([call, asWeb !== 403]).toEqual([call, kinds.includes("service")]);
  }
});

test("each call answers in the shape the document gives it", async () => {
  const seen = new Set<string>();
  const ask = async (
    call: string,
    token: string,
    body?: unknown,
    headers = {},
  ) => {
    const [method = "", address = ""] = call.split(" ");
    const answer = await server.call(address, token, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const path = address.replace(/\?.*/, "").replace("/rooms/r", "/rooms/{id}");
    const known = CALLS.find((it) => it.method === method && it.path === path);
    const done = known?.done.find(({ status }) => status === answer.status);
    if (!known || !done) {
      throw new Error(`${call}: ${answer.status} ${await answer.text()}`);
    }
    seen.add(`${method} ${path}`);
    expect(answer.headers.get("content-type") ?? "")
      .toStartWith(done.schema ? done.type ?? "application/json" : "");
    if (done.type) return void answer.body?.cancel();
    if (!done.schema) return expect(await answer.text()).toBe("");
    const given = await answer.json();
    // What the shape does not name, it drops.
    expect((done.schema as z.ZodType).parse(given)).toEqual(given as never);
    const sent = known.body?.safeParse(body);
    expect([call, sent?.error]).toEqual([call, undefined]);
    return given as { id: string; leftovers: object[]; alerts: object[] };
  };
  const file = { id: "f1", name: "a.txt", type: "text/plain", size: 3 };
  const message = { clientId: "c1", content: "Hello https://a.example" };
  const vouched = { [FILES_TOKEN]: web };
  const version = Date.now() * 2;
  await ask("PUT /rooms/r/members", web, {
    ...{ version, members: { ann: "member" }, loud: true },
  });
  await ask("PATCH /rooms/r/members", web, {
    ...{ version: version + 1, after: [version], loud: true },
    changed: { ann: "admin", ben: null },
  });
  const first = await ask("POST /rooms/r/messages", ann, {
    ...{ ...message, files: [file], voice: { clip: "k1", waiting: true } },
    mentions: [{ id: "ann", name: "Ann" }],
  }, vouched);
  await ask("POST /rooms/r/messages", ann, message);
  const { id } = first as { id: string };
  const emoji = "👍";
  await ask("POST /rooms/r/amendments", ann, {
    ...{ event: "react", clientId: "c2", id, emoji, on: true },
  });
  await ask("POST /rooms/r/transcripts", web, {
    ...{ id, content: "Hi", voice: { clip: "k1", ms: 5, peaks: [1] } },
  });
  const preview = { address: "https://a.example", title: "A" };
  await ask("POST /rooms/r/previews", web, { id, preview });
  await ask("GET /rooms/r/messages?limit=5", ann);
  await ask(`GET /rooms/r/messages?id=${encodeURIComponent(id)}`, web);
  await ask("PUT /rooms/r/read", ann, { offset: 1 });
  await ask("GET /rooms/r/stream", ann);
  await ask("POST /search", ann, {
    ...{ rooms: ["r"], terms: [{ text: "hello", whole: true }] },
  });
  await ask("GET /summaries", ann);
  await ask("GET /summaries?rooms=r", ann);
  await ask("GET /activity", ann);
  await ask("POST /rooms/r/names", web, { names: { ann: "Ann A." } });
  await ask("POST /rooms/r/name", web, { name: "Tea" });
  await ask("GET /rooms/r/clips", web);
  await ask("GET /rooms/r/written?by=ann", web);
  const alerts = await ask("GET /alerts", web);
  expect(alerts?.alerts).toHaveLength(1);
  await ask("POST /alerts/taken", web, { taken: alerts?.alerts });
  await ask("GET /rooms/r/alerts?after=0", web);
  await ask("POST /rooms/r/positions", web, { people: ["ann"] });
  await ask("POST /unchanged", web, {
    asked: [{ userId: "ann", since: "another.1" }],
  });
  await ask("POST /posts", web, {
    posts: [{ token: ann, roomId: "r", message }],
  });
  const gone = { userId: "ann", name: "Deleted account" };
  await ask("POST /rooms/r/withdrawals", web, gone);
  const left = await ask("GET /leftovers", web);
  expect(left?.leftovers).toHaveLength(1);
  await ask("POST /leftovers/taken", web, { taken: left?.leftovers });
  await ask("POST /renames", web, gone);
  await ask("POST /sessions", web, { userId: "ann" });
  await ask("DELETE /rooms/r", web);
  for (const path of ["healthz", "readyz", "metrics", "openapi.json", "docs"]) {
    await ask(`GET /${path}`, "");
  }
  expect(seen.size).toBe(CALLS.length);
});

test("the page has every call, no script, and a policy that lets its style through", async () => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/docs`);
  const page = await answer.text();
  expect(page).toContain("<h1>ChatSphere realtime</h1>");
  for (const { method, path } of CALLS) {
    expect(page).toContain(`<code>${method} ${path}</code>`);
  }
  expect(page).not.toContain("<script");
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  expect(answer.headers.get("content-security-policy"))
    .toContain(`'sha256-${hash}'`);
});
