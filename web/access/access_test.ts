import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { filesIn } from "../attacks/disk.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { readForm } from "../http/requests/forms.ts";
import { readJson } from "../http/requests/json.ts";
import { acceptInvitation } from "../rooms/accept.ts";
import { invite } from "../rooms/invite.ts";
import { createRoom } from "../rooms/rooms.ts";
import {
  BODIES,
  type Body,
  RATES,
  ROUTES,
  type Row,
  type Who,
} from "./table.ts";
import { boundBody, whoFor } from "./row.ts";

const routes = new URL("../routes", import.meta.url).pathname;

/** An address of a route; of a room's, in that room. */
const addressOf = (route: string, roomId = "x".repeat(16)): string =>
  route.replace(/^(\/(?:api\/)?rooms\/):id/, `$1${roomId}`)
    .replace(/:\w+/g, "x");

const rows = Object.entries(ROUTES);
const of = (...who: Row["who"][]) =>
  rows.filter(([, it]) => who.includes(it.who));

/** Ada's room, which Bob has joined and Cy has not. */
async function withRoom(app: TestApp) {
  const { services: s } = app;
  const [ada, bob, cy] = [
    await app.person("Ada"),
    await app.person("Bob"),
    await app.person("Cy"),
  ];
  const room = await createRoom(s, ada.account, "Bakery");
  await invite(s, ada.account, room.id, bob.account.email);
  const code = app.mails.at(-1)!.text.match(/invitations\/(\S+)/)![1];
  await acceptInvitation(s, bob.account, code);
  return { ada, bob, cy, room };
}

const codeIn = async (answer: Response): Promise<unknown> => {
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  return type.includes("json") ? JSON.parse(text).error?.code : undefined;
};

/** The files of the routes, by what the table calls them. */
async function routeFiles(): Promise<Map<string, string>> {
  const there = new Map<string, string>();
  for await (const file of filesIn(routes)) {
    const name = file.slice(routes.length);
    if (/_test\.|\/_/.test(name)) continue;
    const path = name.replace(/(\/index)?\.tsx?$/, "") || "/";
    there.set(path.replace(/\[(\w+)\]/g, ":$1"), file);
  }
  return there;
}

Deno.test("every route is in the table, and nothing else is", async () => {
  const there = [...(await routeFiles()).keys()];
  assertEquals(Object.keys(ROUTES).sort(), there.sort());
});

/** The methods a route has handlers for. Asked over HTTP, the table would answer. */
async function methodsIn(file: string): Promise<string[]> {
  const { handler } = await import(`file://${file}`) as {
    handler?: { OPTIONS(): Response };
  };
  const allow = handler?.OPTIONS().headers.get("allow");
  // A page without a form of its own is Fresh's to answer.
  return allow?.split(", ") ?? ["GET", "HEAD", "OPTIONS"];
}

Deno.test("the table names every method that a route takes", async () => {
  const files = await routeFiles();
  for (const [route, { methods }] of rows) {
    const taken = await methodsIn(files.get(route)!);
    const listed = methods.includes("GET") ? ["HEAD", ...methods] : methods;
    assertEquals(taken.toSorted(), ["OPTIONS", ...listed].sort(), route);
  }
});

Deno.test("what the table does not name is refused, whatever the route would do", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const ask = async (method: string, path = "/rooms/new") => {
    const body = method === "POST" ? new URLSearchParams() : undefined;
    const init = { method, body, cookie: ada.cookie };
    const answer = await app.ask(path, init);
    await answer.body?.cancel();
    return [answer.status, answer.headers.get("allow")];
  };
  // A page without handlers of its own would take any.
  assertEquals(await ask("POST", "/"), [405, "GET, HEAD, OPTIONS"]);
  const row = ROUTES["/rooms/new"];
  try {
    ROUTES["/rooms/new"] = { ...row, methods: ["GET"] };
    assertEquals(await ask("POST"), [405, "GET, HEAD, OPTIONS"]);
    assertEquals(await ask("GET"), [200, null]);
    delete ROUTES["/rooms/new"];
    assertEquals(await ask("GET"), [500, null]);
  } finally {
    ROUTES["/rooms/new"] = row;
  }
});

Deno.test("nobody is let in whom the table does not name", async () => {
  await using app = await testApp();
  const { bob, cy, room } = await withRoom(app);
  const ask = (route: string, method: string, cookie?: string, from?: string) =>
    app.ask(addressOf(route, room.id), {
      ...{ method, cookie, from },
      body: method === "POST" ? new URLSearchParams({ a: "b" }) : undefined,
    });
  const restricted: Who[] = ["signed in", "member", "admin"];
  for (const [route, row] of rows) {
    for (const method of row.methods) {
      const who = whoFor(row, method);
      const asked = `${method} ${route}`;
      if (restricted.includes(who)) {
        const answer = await ask(route, method);
        const isPage = !route.startsWith("/api/");
        const sent = answer.headers.get("location") ?? "";
        assertEquals(answer.status, isPage ? 303 : 401, asked);
        assertEquals(sent.startsWith("/login?"), isPage, asked);
      }
      if (who === "member" || who === "admin") {
        assertEquals((await ask(route, method, cy.cookie)).status, 404, asked);
      }
      if (who === "admin") {
        const answer = await ask(route, method, bob.cookie);
        assertEquals(await codeIn(answer), "not-admin", asked);
      }
    }
  }
  for (const [route] of of("owner")) {
    assertEquals((await ask(route, "GET", bob.cookie)).status, 404, route);
  }
  for (const [route, { methods: [method] }] of of("realtime")) {
    const answer = await ask(route, method, bob.cookie);
    assertEquals(await codeIn(answer), "token-invalid", route);
  }
  for (const [route] of of("this machine")) {
    const away = await ask(route, "GET", bob.cookie, "203.0.113.9");
    assertEquals(away.status, 404, route);
  }
});

const FORM = "application/x-www-form-urlencoded";
const PARTS = "multipart/form-data; boundary=b";
const START = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n';

Deno.test("nothing takes a byte more than the table gives it", async () => {
  const read = (kind: Body, type: string, body: string) => {
    const headers = { "content-type": type };
    const init = { method: "POST", headers, body };
    const req = new Request("http://localhost/", init);
    boundBody(req, kind);
    const reading = type === "application/json"
      ? readJson(req, z.unknown())
      : readForm(req);
    return reading.then(() => "taken", (error) => error.code);
  };
  for (const kind of Object.keys(BODIES) as Body[]) {
    if (kind === "file") continue; // counted as it comes: files/add.ts
    const most = BODIES[kind];
    const isText = kind === "text" || kind === "message" || kind === "nothing";
    const large = "x".repeat(most + 1);
    if (kind.startsWith("json")) {
      const json = `"${"x".repeat(most - 2)}"`;
      assertEquals(await read(kind, "application/json", json), "taken", kind);
      assertEquals(
        await read(kind, "application/json", `${json} `),
        "too-large",
        kind,
      );
    } else if (kind !== "recording") {
      const type = isText ? FORM : PARTS;
      const body = isText ? large : START + large;
      assertEquals(await read(kind, type, body), "too-large", kind);
    }
  }
});

Deno.test("a route gives what reads its body the bytes of the table", async () => {
  await using app = await testApp();
  const { ada, room } = await withRoom(app);
  for (const [route, { who, methods, body }] of rows) {
    if (!methods.includes("POST") || who === "realtime") continue;
    if (body === "file") continue;
    const isJson = body.startsWith("json");
    const type = isJson
      ? "application/json"
      : body === "frame"
      ? "image/jpeg"
      : FORM;
    // A form of text alone never has more than 64 KB.
    const bytes = isJson || body === "recording" || body === "frame"
      ? BODIES[body]
      : BODIES.text;
    const answer = await app.ask(addressOf(route, room.id), {
      method: "POST",
      cookie: who === "anyone" ? undefined : ada.cookie,
      headers: { "content-type": type },
      body: "x".repeat(bytes + 1),
    });
    await answer.body?.cancel();
    const { status } = answer;
    // Some look at their secret first, or for whom it is about, and begin again without it.
    const isRefused = status === 413 || status === 404 ||
      who === "anyone" && [303, 401, 410].includes(status);
    assert(isRefused || body === "nothing", `${status} ${route}`);
  }
});

Deno.test("whoever asks more often than the table says waits, and nobody else does", async () => {
  await using app = await testApp();
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob")];
  const ask = async (cookie: string | undefined, from?: string) => {
    const path = "/.well-known/change-password";
    const answer = await app.ask(path, { cookie, from });
    await answer.body?.cancel();
    return answer;
  };
  /** How many are answered before somebody is told to wait. */
  const flood = async (cookie?: string, from?: string) => {
    for (let taken = 0;; taken++) {
      const answer = await ask(cookie, from);
      if (answer.status === 429) return { taken, answer };
    }
  };
  // In a moment that does not pass, none comes back.
  const { now } = performance;
  const moment = now.call(performance);
  performance.now = () => moment;
  try {
    const { taken, answer } = await flood(ada.cookie);
    assertEquals(taken, RATES.pages.burst);
    assert(Number(answer.headers.get("retry-after")) >= 1);
    assertEquals((await ask(bob.cookie)).status, 302);
    await flood(undefined, "203.0.113.9");
    assertEquals((await ask(undefined, "198.51.100.9")).status, 302);
    const probe = await app.ask("/healthz", { cookie: ada.cookie });
    assertEquals(probe.status, 200);
  } finally {
    performance.now = now;
  }
});
