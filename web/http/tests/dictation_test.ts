import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeJwt } from "jose";
import { deleteAccount } from "../../accounts/delete-account.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { changeRoom } from "../../rooms/settings.ts";
import { testApp } from "../testing/app.ts";

/** What the stand-in of the transcriber says of its engine. */
const SPEECH = {
  languages: ["en-US", "de-DE", "cy-GB"],
  detects: false,
  hints: true,
};

interface Asked {
  language: string | null;
  /** What the token says of the person's wishes. */
  wishes: unknown;
}

/** The app with Ada and her room, and a transcriber that hears one sentence and remembers. */
async function stage(speech: Partial<typeof SPEECH> | null = {}) {
  const asked: Asked[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/readyz") {
        return Response.json({ recognizer: { state: "ready" } });
      }
      if (pathname === "/languages") {
        return Response.json({ ...SPEECH, ...speech });
      }
      const token = request.headers.get("authorization")!.split(" ")[1];
      const { dictation: wishes } = decodeJwt(token);
      asked.push({ language: searchParams.get("language"), wishes });
      return Response.json({ text: "Hello, Ada.\nBye", words: [] });
    },
  );
  const { port } = server.addr;
  if (speech === null) await server.shutdown();
  const app = await testApp();
  const { config } = app.services as { config: { transcriberUrl: string } };
  config.transcriberUrl = `http://127.0.0.1:${port}`;
  const ada = await app.person("Ada");
  const room = await createRoom(app.services, ada.account, "Bakery");
  const html = async (path: string) =>
    await (await app.ask(path, { cookie: ada.cookie })).text();
  const json = async (path: string, body?: unknown, cookie = ada.cookie) => {
    const init = body === undefined ? {} : {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    return await (await app.ask(path, { ...init, cookie })).json();
  };
  const save = (form: Record<string, string>) =>
    app.send("/account/dictation", form, ada.cookie);
  const dictate = async (fields: Record<string, string>) => {
    const form = new FormData();
    form.set("content", "So far");
    form.set("recording", new File([new Uint8Array(9)], "a.wav"));
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return await (await app.send(`/rooms/${room.id}/dictate`, form, ada.cookie))
      .text();
  };
  return {
    ...{ app, ada, room, asked, html, json, save, dictate },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      if (speech !== null) await server.shutdown();
    },
  };
}

/** The option that is chosen on a page: its value and its name. */
const chosenOn = (html: string) =>
  /<option(?=[^>]* selected)[^>]*?value="([^"]*)"[^>]*>([^<]*)/.exec(html)
    ?.slice(1);
const isSpoken = (html: string) =>
  /<input[^>]*id="spoken"[^>]*checked/.test(html);

Deno.test("how one dictates is chosen in the account, and holds on the page that takes a recording", async () => {
  await using test = await stage();
  const { app, room, asked, html, save, dictate } = test;
  const before = await html("/account/dictation");
  assertEquals([chosenOn(before), isSpoken(before)], [
    ["", "No choice"],
    false,
  ]);
  assertMatch(await html("/account"), /href="\/account\/dictation"/);

  const words = "Kubernetes, Zażółć\r\n\r\n Kubernetes ;Ada’s  oven\u0000";
  const saved = await save({ language: "de-DE", spoken: "yes", words });
  assertEquals(saved.status, 303);
  const page = await html(saved.headers.get("location")!);
  assertMatch(page, /Saved\./);
  assertEquals([chosenOn(page), isSpoken(page)], [
    ["de-DE", "German (Germany)"],
    true,
  ]);
  assertMatch(page, /<textarea[^>]*>\s*Kubernetes\nZażółć\nAda’s oven/);

  const form = await html(`/rooms/${room.id}/dictate`);
  assertEquals([chosenOn(form)?.[0], isSpoken(form)], ["de-DE", true]);
  const heard = await dictate({ language: "en-US" });
  assertMatch(heard, /<textarea[^>]*>So far Hello, Ada\.\nBye/);
  assertEquals([chosenOn(heard)?.[0], isSpoken(heard)], ["en-US", false]);
  const hints = ["Kubernetes", "Zażółć", "Ada’s oven", "Bakery", "Ada"];
  assertEquals(asked, [{
    language: "en-US",
    wishes: { spoken: false, hints },
  }]);

  await deleteAccount(app.services, test.ada.account.id);
  for await (const { key } of app.services.kv.list({ prefix: ["dictation"] })) {
    assert(false, `${key} is left`);
  }
});

Deno.test("a microphone's token carries what was chosen and the names of its room, for members alone", async () => {
  await using test = await stage();
  const { app, room, json, save } = test;
  await save({ language: "", spoken: "yes", words: "Kubernetes" });
  const wishes = async (body: object, cookie?: string) => {
    const answer = await json("/api/token", body, cookie);
    return answer.error?.code ?? decodeJwt(answer.token).dictation;
  };
  const audience = "transcriber";
  assertEquals(await wishes({ audience, room: room.id }), {
    spoken: true,
    hints: ["Kubernetes", "Bakery", "Ada"],
  });
  assertEquals(await wishes({ audience }), {
    spoken: true,
    hints: ["Kubernetes"],
  });
  assertEquals(
    await wishes({ audience: "realtime", room: room.id }),
    undefined,
  );
  const eve = await app.person("Eve");
  const asEve = { audience, room: room.id };
  assertEquals(await wishes(asEve, eve.cookie), "not-found");
});

Deno.test("names go nowhere when the engine has no use for them, and only so many as a header may carry", async () => {
  const audience = "transcriber";
  const words = Array.from({ length: 60 }, (_, i) => `${i}${"語".repeat(19)}`);
  for (const hints of [false, true]) {
    await using test = await stage({ hints });
    const { room, json, save, html } = test;
    assertEquals((await save({ words: words.join("\n") })).status, 303);
    const { token } = await json("/api/token", { audience, room: room.id });
    const { dictation } = decodeJwt(token) as {
      dictation: { hints: string[] };
    };
    const kept = hints ? dictation.hints : [];
    assertEquals(dictation.hints, words.slice(0, kept.length));
    assertEquals(kept.length > 20, hints);
    assert(token.length < 4_000, `${token.length}`);
    const page = await html("/account/dictation");
    assertEquals(/does not use them/.test(page), !hints);
    const eve = await test.app.person("Eve");
    const refused = await json(
      "/api/token",
      { audience, room: room.id },
      eve.cookie,
    );
    assertEquals(refused.error.code, "not-found");
  }
});

Deno.test("a language that this server does not know is said before anything is recorded, and stays chosen", async () => {
  await using test = await stage({ languages: ["en-US"] });
  const { room, html, json, save, dictate, asked } = test;
  await save({ language: "cy-GB", words: "" });
  const sentence =
    /This server does not understand Welsh \(United Kingdom\)\. Choose another language/;
  const account = await html("/account/dictation");
  assertMatch(account, sentence);
  assertEquals(chosenOn(account), ["cy-GB", "Welsh (United Kingdom)"]);
  const form = await html(`/rooms/${room.id}/dictate`);
  assertMatch(form, sentence);
  assertEquals(chosenOn(form)?.[0], "en-US");
  assertEquals(await json("/api/dictation"), {
    languages: [{ tag: "en-US", name: "English (United States)" }],
    detects: false,
    language: "en-US",
    missing: "Welsh (United Kingdom)",
  });
  await dictate({ language: "en-US" });
  assertEquals(asked.map(({ language }) => language), ["en-US"]);
});

Deno.test("a recording in what is no language is not heard, and it is said of the language", async () => {
  await using test = await stage();
  const { app, ada, room, asked, dictate } = test;
  for (const language of ["english", "<b>", "de-", "x".repeat(36)]) {
    const query = new URLSearchParams({ language });
    const answer = await app.ask(`/api/rooms/${room.id}/voice?${query}`, {
      method: "POST",
      body: new Uint8Array(9),
      headers: { "content-type": "application/octet-stream" },
      cookie: ada.cookie,
    });
    const { error } = await answer.json();
    assertEquals([answer.status, error.code, Object.keys(error.fields)], [
      422,
      "invalid",
      ["language"],
    ]);
    const page = await dictate({ language });
    assertMatch(page, /id="language-error"[^]*Name a language by its tag/);
    assert(!page.includes('id="recording-error"') && !page.includes("<b>"));
    assertMatch(page, />\s*So far\s*</);
  }
  assertEquals(asked, []);
});

Deno.test("another region of a language is taken for it, and an engine that tells the language needs no choice", async () => {
  await using test = await stage({ detects: true });
  const { room, html, json, save, dictate, asked } = test;
  assertEquals((await json("/api/dictation")).language, "");
  const form = await html(`/rooms/${room.id}/dictate`);
  assertEquals(chosenOn(form), ["", "Whichever I speak"]);
  await dictate({ language: "" });
  assertEquals(asked.map(({ language }) => language), [null]);
  await save({ language: "de-AT", words: "" });
  assertEquals((await json("/api/dictation")).language, "de-DE");
  assertEquals(chosenOn(await html("/account/dictation"))?.[0], "de-DE");
});

Deno.test("what is wrong with a choice is said beside it, and what was typed stays", async () => {
  await using test = await stage();
  const { save, html } = test;
  const cases: [Record<string, string>, RegExp][] = [
    [{ language: "<b>", words: "a" }, /Name a language by its tag/],
    [
      { words: "x".repeat(61) },
      /id="words-error"[^]*Use at most 60 characters/,
    ],
    [
      { words: Array.from({ length: 101 }, (_, i) => i).join(",") },
      /Use at most 100 names and words\./,
    ],
    [{ words: "a,".repeat(2_001) }, /Use at most 4000 characters\./],
  ];
  for (const [form, expected] of cases) {
    const answer = await save(form);
    assertEquals(answer.status, 422);
    const page = await answer.text();
    assertMatch(page, expected);
    assert(page.includes(form.words.slice(0, 50)), "what was typed");
    assert(!page.includes("<b>"), "as text");
  }
  assertMatch(await html("/account/dictation"), /No choice/);
});

Deno.test("while the transcriber is silent, the account can be changed and the microphone is not held up", async () => {
  await using test = await stage(null);
  const { html, json, save } = test;
  await save({ language: "de-DE", words: "Kubernetes" });
  const page = await html("/account/dictation");
  assertMatch(page, /is not responding/);
  assertEquals(chosenOn(page)?.[0], "de-DE");
  assertEquals(await json("/api/dictation"), {
    languages: [],
    language: "",
    detects: false,
  });
});

Deno.test("nobody is asked for a recording where nothing can be added any more", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const { id } = await createRoom(s, account, "Bakery");
  await changeRoom(s, account, id, { archived: true });
  const answer = await app.ask(`/rooms/${id}/dictate`, { cookie });
  assertEquals(
    [answer.status, answer.headers.get("location")],
    [303, `/rooms/${id}/archive`],
  );
});
