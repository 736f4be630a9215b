import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import { newestCode, onStage, type Stage } from "../testing/api.ts";
import { emailOf, faceOf, PASSWORD } from "../testing/api.ts";
import { type ApiCall, CALLS } from "./calls.ts";

/** The document of the app under test. */
async function documentOf({ stranger }: Stage) {
  const { status, body } = await stranger().send("GET", "/api/openapi.json");
  assertEquals(status, 200);
  return body;
}

/** The addresses of the routes in a folder, and below it. */
async function pathsIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  const routes = new URL(`../../routes/${folder}/`, import.meta.url);
  for await (const { name, isDirectory } of Deno.readDir(routes)) {
    if (/^_|_test\.ts$|^openapi|^internal$/.test(name)) continue;
    if (isDirectory) paths.push(...await pathsIn(`${folder}/${name}`));
    else {
      const path = `/${folder}/${name.replace(/\.ts$/, "")}`;
      paths.push(path.replace(/\[(\w+)\]/g, "{$1}"));
    }
  }
  return paths;
}

Deno.test(
  "every method of every address of the API is in the document, and no other",
  onStage(async (stage) => {
    const { openapi, paths } = await documentOf(stage);
    assertEquals(openapi, "3.1.0");
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((it) => `${it.toUpperCase()} ${path}`)
    );
    const there: string[] = [];
    for (const path of await pathsIn("api")) {
      const { headers } = await stage.app.ask(path, { method: "OPTIONS" });
      const allowed = headers.get("allow")!.split(", ");
      for (const method of allowed) {
        if (!["HEAD", "OPTIONS"].includes(method)) {
          there.push(`${method} ${path}`);
        }
      }
    }
    assertEquals(told.sort(), there.sort());
  }),
);

Deno.test(
  "what is open to strangers in the document is open, and nothing else is",
  onStage(async (stage) => {
    const { paths } = await documentOf(stage);
    for (const { method, path } of CALLS) {
      const { security } = paths[path][method.toLowerCase()];
      const { body } = await stage.stranger()
        .send(method, path, method === "GET" ? undefined : {});
      const isOpen = body.error?.code !== "not-signed-in";
      assertEquals(isOpen, security.length === 0, `${method} ${path}`);
    }
  }),
);

Deno.test(
  "each call answers in the shape the document gives it",
  onStage(async ({ app, newcomer, stranger }) => {
    const ada = await newcomer("Ada");
    const seen = new Set<ApiCall>();
    const check = (call: string, answer: { status: number; body: unknown }) => {
      const known = CALLS.find((it) => `${it.method} ${it.path}` === call);
      const done = known?.done.find(({ status }) => status === answer.status);
      assert(known && done, `${call} answered ${answer.status}`);
      const result = (done.schema as z.ZodType).safeParse(answer.body);
      assert(result.success, `${call}: ${result.error?.message}`);
      seen.add(known);
      // deno-lint-ignore no-explicit-any -- the schema has just been checked
      return answer.body as any;
    };
    const ask = async (call: string, what?: unknown, who = ada) => {
      const [method, path] = call.split(" ");
      const answer = await who.send(method, path, what);
      return check(call.split("?")[0], answer);
    };
    await ask("POST /api/registry", {
      name: "Bob",
      email: emailOf("Bob"),
      password: PASSWORD,
      faceImage: faceOf("Bob"),
      consent: true,
    }, stranger());
    const password = { email: emailOf("Ada"), password: PASSWORD };
    const half = await ask("POST /api/login", password, stranger());
    assertEquals(half.next, "faceImage");
    const whole = { ...password, faceImage: faceOf("Ada") };
    await ask("POST /api/login", whole, stranger());
    const room = await ask("POST /api/chat", {
      name: "Tea",
      emails: ["cleo@example.com"],
    });
    const declined = { code: newestCode(app), status: "rejected" };
    await ask("PATCH /api/invitations", declined, stranger());
    await ask("POST /api/invitations", {
      roomId: room.id,
      email: emailOf("Bob"),
    });
    await ask("POST /api/messages", {
      roomId: room.id,
      clientId: "c1",
      content: "Hello",
    });
    const page = await ask(`GET /api/messages?roomId=${room.id}&limit=5`);
    assertEquals(page.messages.length, 1);
    assertEquals((await ask("GET /api/chat")).rooms.length, 1);
    assertEquals(await ask("GET /api/chat?names=true"), {
      rooms: [{ id: room.id, name: "Tea" }],
    });
    const members = await ask(`GET /api/chat?chatId=${room.id}`);
    assertEquals(members.members.length, 1);
    check(
      "POST /api/rooms/{id}/files",
      await ada.send(
        "POST",
        `/api/rooms/${room.id}/files?name=a.txt`,
        "Hello",
        {
          "content-type": "application/octet-stream",
        },
      ),
    );
    await using transcriber = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url }) =>
        url.includes("/erasures/")
          ? new Response(null, { status: 204 })
          : Response.json({
            ...{ text: "Tea", clip: "clip-1", duration: 1, peaks: [0, 100] },
            words: [{ word: "Tea", start: 0, end: 0.5, confidence: 0.2 }],
          }),
    );
    const { config } = app.services as { config: { transcriberUrl: string } };
    config.transcriberUrl = `http://127.0.0.1:${transcriber.addr.port}`;
    const bytes = { "content-type": "application/octet-stream" };
    const voice = `/api/rooms/${room.id}/voice`;
    const heard = check(
      "POST /api/rooms/{id}/voice",
      await ada.send("POST", voice, "Hello", bytes),
    );
    check(
      "DELETE /api/rooms/{id}/voice",
      await ada.send("DELETE", `${voice}?clip=${heard.voice.clip}`, {}),
    );
    const { people } = await ask("GET /api/people?q=bob");
    assertEquals(people, [], "Bob has not confirmed his address");
    const cleo = await newcomer("Cleo");
    const found = (await ask("GET /api/people?q=ada", undefined, cleo)).people;
    assertEquals(found.length, 1);
    const one = await cleo.send("GET", `/api/people/${found[0].id}`);
    check("GET /api/people/{id}", one);
    const direct = await ask("POST /api/direct", {
      people: [found[0].id],
    }, cleo);
    assertEquals(direct.name, "Ada");
    const open = await ask("POST /api/chat", { name: "Hall", kind: "open" });
    const halls = await ask("GET /api/open-rooms?q=hall", undefined, cleo);
    assertEquals(halls.rooms.length, 1);
    await ask("POST /api/open-rooms", { roomId: open.id }, cleo);
    const inside = await ask(`GET /api/chat?chatId=${open.id}`);
    const { id: person } = inside.members.find(
      ({ name }: { name: string }) => name === "Cleo",
    );
    const path = `/api/rooms/${open.id}`;
    const made = check(
      "POST /api/rooms/{id}/link",
      await ada.send("POST", `${path}/link`, { days: 7, people: 10 }),
    );
    const shown = async () =>
      check(
        "GET /api/rooms/{id}/link",
        await cleo.send("GET", `${path}/link`),
      );
    assertEquals(await shown(), made);
    check(
      "DELETE /api/rooms/{id}/link",
      await ada.send("DELETE", `${path}/link`),
    );
    assertEquals(await shown(), { link: null });
    check(
      "PATCH /api/rooms/{id}/members",
      await ada.send("PATCH", `${path}/members`, { person, role: "admin" }),
    );
    const settings = check(
      "PATCH /api/rooms/{id}/settings",
      await cleo.send("PATCH", `${path}/settings`, {
        ...{ name: "Great hall", description: "All", archived: true },
      }),
    );
    assertEquals([settings.name, settings.description], ["Great hall", "All"]);
    await ask("POST /api/token", { audience: "transcriber" });
    await ask("GET /api/dictation");
    assertEquals(seen.size, CALLS.length);
  }),
);
