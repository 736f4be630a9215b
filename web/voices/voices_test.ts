import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../realtime/protocol.ts";
import { finishErasures } from "../accounts/erasures.ts";
import { erasePart } from "../accounts/erase-elsewhere.ts";
import { codeOf, enter } from "../http/testing/files.ts";
import { finishLeftovers } from "../rooms/leftovers.ts";
import { createRoom } from "../rooms/rooms.ts";
import { noVoice } from "./errors.ts";
import { keys, type WaitingVoice } from "./records.ts";
import { sweepVoices } from "./sweep.ts";
import {
  notesIn,
  onVoices,
  recorded,
  RECORDING,
  sent,
  statusOf,
} from "./testing.ts";
import { hearDue } from "./waiting.ts";

const HOUR = 3_600_000;

Deno.test(
  "a recording is kept and heard, and sent with its words, its length and its waveform",
  onVoices(async (stage) => {
    const heard = await recorded(stage);
    assertEquals(
      [heard.text, heard.cut, heard.doubtful],
      ["Tea is ready", false, []],
    );
    const { clip, ms, peaks, words } = heard.voice;
    assertEquals([ms, peaks.length], [1_000, 64]);
    assertEquals(words, [
      ["Tea", 0, 250],
      ["is", 250, 500],
      ["ready", 500, 750],
    ]);
    // Whatever a client says of it besides.
    const voice = { clip, ms: 9, words: [["Fake", 0, 1]] };
    const answer = await stage.post({ content: "Tea is here", voice });
    const message: Message = await answer.json();
    assertEquals(message.content, "Tea is here");
    assertEquals(message.voice, heard.voice);
    // Sent again it is the same message, and what was noted is settled.
    const again = await stage.post({ content: "Tea is here", voice });
    assertEquals((await again.json()).id, message.id);
    assertEquals(await notesIn(stage.app.services.kv, keys.voices()), []);
  }),
);

Deno.test(
  "a voice note goes into one message, of its own room, by whoever recorded it",
  onVoices(async (stage) => {
    const { app, ada, room } = stage;
    const ben = await app.person("Ben");
    await enter(app, room, ben.account.id);
    const { voice: { clip } } = await recorded(stage);
    const stolen = await stage.post(
      { clientId: "b1", voice: { clip } },
      ben.cookie,
    );
    assertEquals(await codeOf(stolen), [422, "voice-gone"]);
    const elsewhere = await createRoom(app.services, ada.account, "Other");
    const moved = { roomId: elsewhere.id, clientId: "c5", voice: { clip } };
    assertEquals(await codeOf(await stage.post(moved)), [422, "voice-gone"]);
    assertEquals((await stage.post({ voice: { clip } })).status, 201);
    // Neither the same nor another room has it a second time.
    for (const roomId of [room, elsewhere.id]) {
      const again = { roomId, clientId: "c2", voice: { clip } };
      assertEquals(await codeOf(await stage.post(again)), [422, "voice-gone"]);
    }
  }),
);

Deno.test(
  "a recording that a program kept by itself goes into one message, if it is there and theirs",
  onVoices(async (stage) => {
    const { app: { services }, ada, clips } = stage;
    const about = { contentType: "audio/wav", duration: 1 };
    const keep = async (owner: string) =>
      (await clips.put(new Uint8Array(RECORDING), { owner, ...about })).id;
    const own = { voice: { clip: await keep(`person:${ada.account.id}`) } };
    const refused = await stage.post({ ...own, content: "a".repeat(4_001) });
    assertEquals(await statusOf(refused), 422);
    const said = await stage.post({ ...own, clientId: "c2" });
    const { id, voice } = await said.json();
    assertEquals(voice, own.voice);
    const same = await stage.post({ ...own, clientId: "c2" });
    assertEquals((await same.json()).id, id);
    const again = await stage.post({ ...own, clientId: "c3" });
    assertEquals(await codeOf(again), [422, "voice-gone"]);
    const other = { clip: await keep("person:somebody") };
    const theirs = await stage.post({ clientId: "c4", voice: other });
    assertEquals(await codeOf(theirs), [422, "voice-gone"]);
    const transcriber = services.config.transcriberUrl;
    services.config.transcriberUrl = "http://127.0.0.1:1";
    const away = await stage.post({ clientId: "c5", voice: other });
    assertEquals(await codeOf(away), [503, "voices-unavailable"]);
    services.config.transcriberUrl = transcriber;
  }),
);

Deno.test(
  "a message that names another’s recording does not take it along when it is deleted",
  onVoices(async (stage) => {
    const { app: { services, realtime }, ada, room, clipsOf } = stage;
    const first = await sent(stage);
    const { clip } = first.voice!;
    // As over a socket, of which web is not asked.
    const draft = { clientId: "c2", content: "", voice: { clip } };
    const second = await realtime.post(ada.account, room, draft);
    const gone = (receipt: string) => {
      const owner = ada.account.id;
      const attached = [{ kind: "clip" as const, id: clip, owner }];
      let left = [{ roomId: room, receipt, attached }];
      services.realtime.leftovers = () => Promise.resolve(left);
      services.realtime.leftoversTaken = () =>
        Promise.resolve(void (left = []));
      return finishLeftovers(services);
    };
    const remove = (id: string) =>
      realtime.amend(ada.account, room, { event: "delete-message", id });
    await remove(second.id);
    assertEquals(await gone("1"), 0);
    assertEquals(await clipsOf(ada.account), [clip]);
    await remove(first.id);
    assertEquals(await gone("2"), 0);
    assertEquals(await clipsOf(ada.account), []);
    const notes = await notesIn(services.kv, keys.allSentOf(ada.account.id));
    assertEquals(notes, []);
  }),
);

Deno.test(
  "a recording that was kept though no answer came is deleted after an hour",
  onVoices(async (stage) => {
    const { app: { services }, ada, engine, clipsOf } = stage;
    const { transcriberUrl } = services.config;
    await using deaf = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (req) => {
        const { pathname, search } = new URL(req.url);
        await fetch(transcriberUrl + pathname + search, req);
        return new Response("too late", { status: 504 });
      },
    );
    engine.failure = "nothing";
    services.config.transcriberUrl = `http://127.0.0.1:${deaf.addr.port}`;
    assertEquals(await codeOf(await stage.record()), [503, "not-transcribed"]);
    services.config.transcriberUrl = transcriberUrl;
    const [clip] = await clipsOf(ada.account);
    assert(clip);
    // It is not one to be sent.
    const named = await stage.post({ voice: { clip } });
    assertEquals(await codeOf(named), [422, "voice-gone"]);
    assertEquals(await sweepVoices(services, Date.now() + HOUR), 1);
    assertEquals(await clipsOf(ada.account), []);
    assertEquals(await notesIn(services.kv, keys.voices()), []);
  }),
);

Deno.test(
  "members of the room hear it, in parts, and nobody else does, also after they were removed",
  onVoices(async (stage) => {
    const { app, room, clips } = stage;
    const { id, voice } = await sent(stage);
    const ben = await app.person("Ben");
    const path = `/rooms/${room}/messages/${id}/voice`;
    const play = (cookie: string, headers = {}) =>
      app.ask(path, { cookie, headers });
    assertEquals(await statusOf(await play(ben.cookie)), 404);
    await enter(app, room, ben.account.id);
    const all = await play(ben.cookie);
    assertEquals(all.status, 200);
    assertEquals(all.headers.get("content-type"), "audio/wav");
    assertEquals(all.headers.get("cache-control"), "private, no-store");
    assert(all.headers.get("content-security-policy")?.includes("sandbox"));
    const bytes = (await clips.get(voice!.clip))!.bytes;
    assertEquals(await all.bytes(), new Uint8Array(bytes));
    const part = await play(ben.cookie, { range: "bytes=5-8" });
    assertEquals(part.status, 206);
    assertEquals(
      part.headers.get("content-range"),
      `bytes 5-8/${bytes.length}`,
    );
    assertEquals(await part.bytes(), new Uint8Array(bytes.slice(5, 9)));
    const out = await app.send(`/rooms/${room}/members`, {
      ...{ intent: "remove", member: ben.account.id },
    }, stage.ada.cookie);
    assertEquals(out.status, 303);
    assertEquals(await statusOf(await play(ben.cookie)), 404);
    const none = await app.ask(`/rooms/${room}/messages/none/voice`, {
      cookie: stage.ada.cookie,
    });
    assertEquals(await statusOf(none), 404);
  }),
);

Deno.test(
  "what can be no recording's id is none, whether it is sent or was stored by an earlier version",
  onVoices(async (stage) => {
    const { app: { ask, services }, ada, room } = stage;
    for (const clip of ["\ud800", "..", " "]) {
      const named = await stage.post({ voice: { clip } });
      assertEquals(await codeOf(named), [422, "voice-gone"]);
      const { id } = await services.realtime.post(ada.account, room, {
        ...{ clientId: crypto.randomUUID(), content: "", voice: { clip } },
      });
      const path = `/rooms/${room}/messages/${id}/voice`;
      assertEquals(await statusOf(await ask(path, ada)), 404);
    }
  }),
);

Deno.test(
  "what could not be heard is sent without words, and they follow when the recogniser is back",
  onVoices(async (stage) => {
    const { app: { services, realtime }, engine, ada, room } = stage;
    engine.failure = "out";
    const message = await sent(stage);
    assertEquals([message.content, message.voice?.waiting], ["", true]);
    assertEquals(message.voice?.peaks?.length, 64);
    // Asked for at once, in vain; so it is put off.
    const { clip } = message.voice!;
    const note = () => services.kv.get<WaitingVoice>(keys.waiting(clip));
    while ((await note()).value?.tries !== 1) {
      await new Promise((done) => setTimeout(done, 5));
    }
    const now = Date.now();
    engine.failure = "none";
    // Then two processes go for it, and one of them has it.
    assertEquals(await hearDue(services, now), 0);
    const done = await Promise.all([
      hearDue(services, now + HOUR),
      hearDue(services, now + HOUR),
    ]);
    assertEquals(done.toSorted(), [0, 1]);
    const heard = await realtime.find(ada.account, room, message.id);
    assertEquals(heard.content, "Tea is ready");
    assertEquals(heard.voice?.waiting, undefined);
    assertEquals(heard.voice?.words?.length, 3);
    assertEquals(heard.voice?.peaks?.length, 64);
    assertEquals(await notesIn(services.kv, keys.allWaiting()), []);
  }),
);

Deno.test(
  "whose words are known is kept at once, and their times follow by themselves",
  onVoices(async (stage) => {
    const { app, ada, room, clips } = stage;
    const answer = await app.ask(`/api/rooms/${room}/voice?hear=false`, {
      method: "POST",
      body: RECORDING,
      headers: { "content-type": "application/octet-stream" },
      cookie: ada.cookie,
    });
    const { voice, text } = await answer.json();
    assertEquals([text, voice.words, voice.waiting], ["", undefined, true]);
    const { clip } = voice;
    const said = await stage.post({ content: "Tea is here", voice: { clip } });
    const { id } = await said.json();
    for (;;) {
      const found = await app.realtime.find(ada.account, room, id);
      if (!found.voice?.waiting) {
        assertEquals(found.content, "Tea is here");
        assertEquals(found.voice?.words?.[0], ["Tea", 0, 250]);
        break;
      }
      await new Promise((done) => setTimeout(done, 5));
    }
    assert(await clips.get(clip));
  }),
);

Deno.test(
  "what has no words waits for none, and nothing waits for what is gone",
  onVoices(async (stage) => {
    const { app: { services, realtime }, engine, clips, ada, room } = stage;
    engine.failure = "nothing";
    const none = await sent(stage);
    assertEquals([none.content, none.voice?.waiting], ["", undefined]);
    engine.failure = "out";
    const first = await sent(stage, { clientId: "c2" });
    const second = await sent(stage, { clientId: "c3" });
    const third = await sent(stage, { clientId: "c4" });
    await clips.delete(first.voice!.clip);
    engine.failure = "nothing";
    const change = { event: "delete-message" as const, id: third.id };
    await realtime.amend(ada.account, room, change);
    realtime.transcript = ((transcript) => async (roomId, heard) => {
      if (heard.id === third.id) {
        throw noVoice();
      }
      await transcript(roomId, heard);
    })(realtime.transcript);
    services.realtime.transcript = realtime.transcript;
    while ((await notesIn(services.kv, keys.allWaiting())).length > 0) {
      await hearDue(services, Date.now() + HOUR);
    }
    const { content, voice } = await realtime.find(
      ada.account,
      room,
      second.id,
    );
    assertEquals([content, voice?.waiting], ["", undefined]);
    assertEquals(await notesIn(services.kv, keys.allWaiting()), []);
  }),
);

Deno.test(
  "what is not sent within an hour is deleted, and what is discarded at once",
  onVoices(async (stage) => {
    const { app, room, ada, clipsOf } = stage;
    const { services } = app;
    const { voice } = await recorded(stage);
    const { voice: other } = await recorded(stage);
    const kept = await sent(stage);
    const left = await app.ask(
      `/api/rooms/${room}/voice?clip=${other.clip}`,
      {
        method: "DELETE",
        headers: { "content-type": "application/json" },
        body: "{}",
        cookie: ada.cookie,
      },
    );
    assertEquals(left.status, 200);
    const clips = [voice.clip, kept.voice!.clip];
    assertEquals((await clipsOf(ada.account)).toSorted(), clips.toSorted());
    assertEquals(await sweepVoices(services), 0);
    assertEquals(await sweepVoices(services, Date.now() + HOUR), 1);
    assertEquals(await clipsOf(ada.account), [kept.voice!.clip]);
    assertEquals(await notesIn(services.kv, keys.voices()), []);
    const late = await stage.post({ clientId: "c9", voice });
    assertEquals(await codeOf(late), [422, "voice-gone"]);
  }),
);

Deno.test(
  "one whose sending was broken off is looked for in its room before it is deleted",
  onVoices(async (stage) => {
    const { app: { services }, engine, ada, room, clipsOf } = stage;
    engine.failure = "out";
    const message = await sent(stage);
    const { clip } = message.voice!;
    // The process ended after the message was stored.
    await services.kv.delete(keys.waiting(clip));
    await services.kv.set(keys.voice(ada.account.id, clip), {
      ...{ roomId: room, voice: message.voice, at: 0, clientId: "c1" },
    });
    assertEquals(await sweepVoices(services), 0);
    assertEquals(await clipsOf(ada.account), [clip]);
    engine.failure = "none";
    assertEquals(await hearDue(services, Date.now() + HOUR), 1);
    // Here it ended before.
    const { voice } = await recorded(stage);
    await services.kv.set(keys.voice(ada.account.id, voice.clip), {
      ...{ roomId: room, voice, at: 0, clientId: "c7" },
    });
    assertEquals(await sweepVoices(services), 1);
    assertEquals(await clipsOf(ada.account), [clip]);
  }),
);

Deno.test(
  "a message that is refused leaves its recording to be sent in another",
  onVoices(async (stage) => {
    const { voice: { clip } } = await recorded(stage);
    const long = await stage.post({
      content: "a".repeat(4_001),
      voice: { clip },
    });
    assertEquals(long.status, 422);
    await long.body?.cancel();
    const again = await stage.post({ clientId: "c2", voice: { clip } });
    assertEquals((await again.json()).voice.ms, 1_000);
  }),
);

Deno.test(
  "a deleted account takes along what it recorded and did not send",
  onVoices(async (stage) => {
    const { app: { services }, ada, clipsOf } = stage;
    await recorded(stage);
    await erasePart(services, "clips", ada.account.id, {});
    assertEquals(await notesIn(services.kv, keys.voices()), []);
    assertEquals(await clipsOf(ada.account), []);
    await finishErasures(services);
  }),
);
