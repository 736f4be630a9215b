import { assert, assertEquals } from "@std/assert";
import { keys } from "./records.ts";
import { notesIn, onVoices, recorded, RECORDING, statusOf } from "./testing.ts";
import { hearDue } from "./waiting.ts";

const HOUR = 3_600_000;

Deno.test(
  "without script a recording is handed in, its words are edited, and both are sent",
  onVoices(async (stage) => {
    const { app, ada, room, clipsOf, engine } = stage;
    const path = `/rooms/${room}/dictate`;
    const form = (more: Record<string, string> = {}) => {
      const data = new FormData();
      data.set("content", "So far");
      data.set("recording", new File([RECORDING], "a.wav"));
      for (const [name, value] of Object.entries(more)) data.set(name, value);
      return data;
    };
    const fieldsOf = (page: string) =>
      Object.fromEntries(
        ["recorded", "clientId"].map((name) => [
          name,
          new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? "",
        ]),
      );
    const first = await (await app.send(path, form(), ada.cookie)).text();
    assert(/<textarea[^>]*>So far Tea is ready/.test(first));
    assert(/name="voice"[^>]*checked/.test(first));
    // Another recording takes the place of the one before.
    const page = await (await app.send(path, form(fieldsOf(first)), ada.cookie))
      .text();
    const fields = fieldsOf(page);
    const left = { ...fields, intent: "send", recording: "b.wav" };
    const refused = await app.send(path, left, ada.cookie);
    assertEquals(refused.status, 422);
    assert(/name="voice"/.test(await refused.text()));
    const send = { ...fields, intent: "send", content: "Tea is here" };
    const done = await app.send(path, { ...send, voice: "yes" }, ada.cookie);
    assertEquals(done.headers.get("location"), `/rooms/${room}?newest`);
    const { messages: [message] } = await app.realtime.history(
      ada.account,
      room,
      {},
    );
    assertEquals(message.content, "Tea is here");
    assertEquals(message.voice?.clip, fields.recorded);
    const shown = await (await app.ask(`/rooms/${room}`, {
      cookie: ada.cookie,
    })).text();
    const src = `/rooms/${room}/messages/${message.id}/voice`;
    assert(shown.includes(`<audio controls preload="none" src="${src}"`));
    assert(shown.includes("0:01"));

    const text = fieldsOf(
      await (await app.send(path, form(), ada.cookie)).text(),
    );
    const alone = { ...text, intent: "send", content: "Only text" };
    assertEquals((await app.send(path, alone, ada.cookie)).status, 303);
    const { messages } = await app.realtime.history(ada.account, room, {});
    assertEquals(
      [messages[1].content, messages[1].voice],
      ["Only text", undefined],
    );
    engine.failure = "out";
    const late = await (await app.send(path, form(), ada.cookie)).text();
    assert(late.includes("Your recording is safe"));
    // What was not wanted is deleted in the background; the first recording went before.
    while ((await clipsOf(ada.account)).includes(text.recorded)) {
      await new Promise((done) => setTimeout(done, 5));
    }
    const own = await clipsOf(ada.account);
    assert(own.includes(fields.recorded));
  }),
);

Deno.test(
  "without script a recording that is too large takes nothing along of what was there before",
  onVoices(async (stage) => {
    const { app, ada, room } = stage;
    const path = `/rooms/${room}/dictate`;
    const first = new FormData();
    first.set("content", "So far");
    first.set("recording", new File([RECORDING], "a.wav"));
    const page = await (await app.send(path, first, ada.cookie)).text();
    // As a browser does: the fields in the order of the page, as they are by then.
    const large = new FormData();
    const form = page.slice(page.indexOf("multipart/form-data"));
    const typed: Record<string, string> = {
      content: "Typed by hand",
      voice: "",
    };
    for (const [tag, name] of form.matchAll(/<[^>]* name="(\w+)"[^>]*>/g)) {
      const value = typed[name] ?? /value="([^"]*)"/.exec(tag)?.[1] ?? "";
      if (name === "intent" || value === "" && name !== "recording") continue;
      large.set(
        name,
        name === "recording" ? new File([new Uint8Array(12e6)], "b") : value,
      );
    }
    const refused = await app.send(path, large, ada.cookie);
    assertEquals(refused.status, 413);
    const shown = await refused.text();
    assert(shown.includes("That was more than 10 MB."));
    assert(/<textarea[^>]*>Typed by hand</.test(shown));
    assert(/name="voice"/.test(shown));
    assert(!/name="voice"[^>]*checked/.test(shown));
    assert(/name="spoken"[^>]*checked/.test(shown));
    assert(shown.includes(`value="${large.get("recorded")}"`));
    assert(shown.includes(`value="${large.get("clientId")}"`));
  }),
);

Deno.test(
  "without script what is sent again once its words have come is the same message",
  onVoices(async (stage) => {
    const { app, ada, room, engine } = stage;
    engine.failure = "out";
    const { voice: { clip } } = await recorded(stage);
    const send = async () => {
      const form = {
        ...{ intent: "send", content: "", clientId: "f1" },
        ...{ recorded: clip, voice: "yes" },
      };
      const path = `/rooms/${room}/dictate`;
      assertEquals((await app.send(path, form, ada.cookie)).status, 303);
      const { messages } = await app.realtime.history(ada.account, room, {});
      return messages.map(({ content, voice }) => [content, voice?.clip]);
    };
    assertEquals(await send(), [["", clip]]);
    engine.failure = "none";
    while ((await notesIn(app.services.kv, keys.allWaiting())).length > 0) {
      await hearDue(app.services, Date.now() + HOUR);
    }
    assertEquals(await send(), [["Tea is ready", clip]]);
  }),
);

Deno.test(
  "an audio file of a room offers to be transcribed, and is for whoever may read it",
  onVoices(async ({ app, ada, room, clipsOf, post }) => {
    const added = await app.ask(`/api/rooms/${room}/files?name=tea.wav`, {
      method: "POST",
      body: RECORDING,
      headers: { "content-type": "application/octet-stream" },
      cookie: ada.cookie,
    });
    const { id } = await added.json();
    const path = `/rooms/${room}/transcripts/${id}`;
    assertEquals(await statusOf(await post({ files: [id] })), 201);
    const shown = await app.ask(`/rooms/${room}`, { cookie: ada.cookie });
    assert((await shown.text()).includes(`<a href="${path}">Transcribe</a>`));
    const before = await app.ask(path, { cookie: ada.cookie });
    assertEquals(before.status, 200);
    assert((await before.text()).includes("tea.wav"));
    const heard = await (await app.send(path, {}, ada.cookie)).text();
    assert(heard.includes('<p class="text" dir="auto">Tea is ready</p>'));
    assertEquals(await clipsOf(ada.account), []);
    const ben = await app.person("Ben");
    assertEquals(await statusOf(await app.send(path, {}, ben.cookie)), 404);
  }),
);
