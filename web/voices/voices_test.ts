import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../realtime/protocol.ts";
import { finishErasures } from "../accounts/erasures.ts";
import { erasePart } from "../accounts/erase-elsewhere.ts";
import { codeOf, enter } from "../http/testing/files.ts";
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
    const { app, room } = stage;
    const ben = await app.person("Ben");
    await enter(app, room, ben.account.id);
    const { voice: { clip } } = await recorded(stage);
    const stolen = await stage.post(
      { clientId: "b1", voice: { clip } },
      ben.cookie,
    );
    const { id, voice } = await stolen.json();
    // The clip alone, as a program's own; and nobody hears what is not its sender's.
    assertEquals(voice, { clip });
    const played = await app.ask(`/rooms/${room}/messages/${id}/voice`, {
      cookie: ben.cookie,
    });
    assertEquals(await statusOf(played), 404);
    assertEquals((await stage.post({ voice: { clip } })).status, 201);
    const { app: { services } } = stage;
    await services.kv.set(keys.voice(stage.ada.account.id, clip), {
      ...{ roomId: room, voice: { clip }, at: Date.now(), clientId: "c1" },
    });
    const second = await stage.post({ clientId: "c2", voice: { clip } });
    assertEquals(await codeOf(second), [422, "voice-gone"]);
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
    assertEquals((await late.json()).voice, { clip: voice.clip });
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
