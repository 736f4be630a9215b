import { assert, assertEquals } from "@std/assert";
import type { ServerFrame, Voice } from "../../../realtime/protocol.ts";
import { deliver } from "./deliver.ts";
import { leftRecordings } from "./left-recordings.ts";
import type { Kept } from "./pending.ts";
import { recordedKey } from "./recorded.ts";
import {
  clipOf,
  dropRecording,
  keepRecording,
  looseRecording,
  noteRecording,
  type Recording,
} from "./recordings.ts";
import { initialState, reduce } from "./room-state.ts";
import { fakeIndexedDb } from "./testing/device.ts";

const HEARD = { text: "", cut: false, doubtful: [] };
const CLIP: Voice = { clip: "kept-1", ms: 900, waiting: true };

interface Stage {
  recording: Recording;
  kept: Map<string, unknown>;
  /** Sends the message until it was answered. */
  send(): Promise<void>;
  /** What the message is now. */
  one(): Kept | undefined;
  discard(): void;
  said: ServerFrame[];
  /** What web was asked, and what it answers: status and body; or the network is away. */
  asked: { path: string; body: unknown }[];
  answers: ([number, unknown] | Error)[];
}

/** A message with a recording that web does not have, as it waits. */
const onDevice =
  (content: string, run: (stage: Stage) => Promise<void>) => async () => {
    const { factory, kept } = fakeIndexedDb();
    const before = {
      ...{ fetch, indexedDB: globalThis.indexedDB },
      document: globalThis.document,
    };
    localStorage.clear();
    const asked: Stage["asked"] = [];
    const answers: Stage["answers"] = [];
    Object.assign(globalThis, {
      ...{ indexedDB: factory, document: { cookie: "" } },
      async fetch(path: string, { body }: RequestInit) {
        asked.push({
          path: path.split("?")[0],
          body: body instanceof Blob
            ? await body.text()
            : JSON.parse(`${body}`),
        });
        const answer = answers.shift()!;
        if (answer instanceof Error) throw answer;
        return Response.json(answer[1], { status: answer[0] });
      },
    });
    try {
      const recording = (await keepRecording({
        ...{ me: "me", roomId: "r", audio: new Blob(["sound"]) },
        ...{ language: "de", known: content !== "" },
      }))!;
      await noteRecording(recording, { taken: true });
      let state = initialState({
        roomId: "r",
        me: "me",
        history: null,
        read: 0,
      });
      const put = (one: Kept) =>
        void (state = reduce(state, {
          ...{ event: "send", ...one, status: "sending" },
        }));
      const clientId = crypto.randomUUID();
      put({ clientId, content, timestamp: 1, voice: clipOf(recording) });
      const said: ServerFrame[] = [];
      const discard = () =>
        void (state = reduce(state, { event: "discard", clientId }));
      const room = { state: () => state, put, discard };
      const say = (frame: ServerFrame) => {
        said.push(frame);
        state = reduce(state, frame);
      };
      await run({
        ...{ recording, kept, discard, said, asked, answers },
        send: () => deliver(room, { clientId }, say),
        one: () => state.unsent[0],
      });
    } finally {
      Object.assign(globalThis, before);
      localStorage.clear();
    }
  };

const stored: [number, unknown] = [201, { id: "m1", offset: 3, timestamp: 9 }];
const refused = (status: number, code: string): [number, unknown] => [
  status,
  { error: { code, message: "No." } },
];

Deno.test(
  "a recording made without a network goes out with its message when it is back",
  onDevice("Tea", async ({ send, asked, answers, said, kept, one }) => {
    answers.push(new TypeError("offline"), refused(408, "too-slow"));
    for (const _ of ["away", "on a bad line"]) {
      await send();
      assertEquals([said, kept.size], [[], 1]);
    }
    answers.push([201, { ...HEARD, voice: CLIP }], stored);
    await send();
    assertEquals(asked.map(({ path }) => path), [
      ...Array(3).fill("/api/rooms/r/voice"),
      "/api/messages",
    ]);
    assertEquals(asked[2].body, "sound");
    const { content, voice } = asked[3].body as Kept;
    assertEquals([content, voice], ["Tea", CLIP]);
    assertEquals(one()?.voice, CLIP);
    assertEquals(said.map(({ event }) => event), ["message-ack"]);
    assertEquals(kept.size, 0);
  }),
);

Deno.test(
  "what web had and swept while its message waited is sent again, once",
  onDevice("", async ({ send, asked, answers, said, kept, one }) => {
    answers.push([201, { ...HEARD, voice: CLIP }], refused(503, "down"));
    await send();
    assertEquals(one()?.voice, CLIP);
    answers.push(refused(422, "voice-gone"));
    await send();
    assert(one()?.voice?.clip.startsWith("device/"));
    const other = { ...CLIP, clip: "kept-2" };
    answers.push([201, { ...HEARD, voice: other }], stored);
    await send();
    const last = asked.at(-1)!.body as Kept;
    assertEquals(last.voice, other);
    assertEquals(said.at(-1)?.event, "message-ack");
    assertEquals(kept.size, 0);
  }),
);

Deno.test(
  "words stay where their recording is gone, or refused",
  onDevice("Tea", async ({ send, answers, one, said, kept }) => {
    kept.clear();
    await send();
    const { content, voice, uploads } = one()!;
    // Empty uploads have the words go back into the composer: see refused.ts.
    assertEquals([content, voice, uploads], ["Tea", undefined, []]);
    assertEquals(said.map(({ event }) => event), ["error"]);
    assertEquals(answers, []);
  }),
);

Deno.test(
  "a recording that web refuses is told in its words",
  onDevice("Tea", async ({ send, answers, said }) => {
    answers.push(refused(422, "not-transcribed"));
    await send();
    const [frame] = said;
    assertEquals(frame.event === "error" && frame.message, "No.");
  }),
);

Deno.test(
  "a message that is discarded while its recording is on its way is not sent",
  onDevice("Tea", async ({ send, answers, asked, discard, one }) => {
    answers.push([201, { ...HEARD, voice: CLIP }]);
    const sending = send();
    discard();
    await sending;
    assertEquals([asked.length, one()], [1, undefined]);
  }),
);

Deno.test(
  "what no message has is offered in its room again, and what one had is forgotten with it",
  onDevice("Tea", async ({ recording, kept }) => {
    const looked = (waiting: string[]) => looseRecording("me", "r", waiting);
    assertEquals(await looked([clipOf(recording).clip]), undefined);
    assertEquals(kept.size, 1);
    const key = recordedKey("me", "r");
    assertEquals(localStorage.getItem(key), "1");
    /** What a sign-out is told. */
    const told = () => /^recorded=(.*?);.*max-age=(.*)$/.exec(document.cookie);
    assertEquals(told()?.slice(1), ["me/r", "30000000"]);
    assertEquals(await looked([]), undefined);
    assertEquals([kept.size, localStorage.getItem(key)], [0, null]);
    assertEquals(told()?.slice(1), ["", "0"]);
    const audio = new Blob(["more"]);
    const about = { roomId: "r", audio, language: "", known: false };
    const theirs = await keepRecording({ ...about, me: "ben" });
    // As a page that was left had it: this one holds no lock.
    const mine = { ...about, me: "me", id: "left", at: Date.now() };
    kept.set("left", mine);
    assertEquals((await looked([]))?.id, "left");
    kept.set("left", { ...mine, at: 0 });
    assertEquals(await looked([]), undefined);
    assertEquals([...kept.keys()], [theirs!.id]);
    // What is dropped is not told of any more, and of another room it still is.
    const other = await keepRecording({ ...about, me: "me", roomId: "s" });
    assertEquals(told()?.[1].split(".").sort(), ["ben/r", "me/s"]);
    await dropRecording(other!);
    assertEquals(told()?.[1], "ben/r");
    await dropRecording(theirs!);
    assertEquals([told()?.slice(1), localStorage.length], [["", "0"], 0]);
  }),
);

Deno.test(
  "what was recorded in rooms that ended is offered elsewhere, unless a message has it",
  onDevice("Tea", async ({ recording, kept }) => {
    const left = async (...open: string[]) =>
      (await leftRecordings(
        "me",
        (roomId) => open.includes(roomId),
        () => waiting,
      )).map(({ id }) => id);
    const waiting = [undefined, clipOf(recording).clip];
    assertEquals([await left(), kept.size], [[], 1]);
    waiting.pop();
    assertEquals([await left(), kept.size], [[], 0]);
    const audio = new Blob(["more"]);
    const about = { audio, language: "", known: false, at: Date.now() };
    const put = (id: string, more: Partial<Recording>) =>
      kept.set(id, { ...about, id, me: "me", roomId: "r", ...more });
    put("newer", {});
    put("older", { at: about.at - 1 });
    put("open", { roomId: "s" });
    put("theirs", { me: "ben" });
    put("stale", { at: 0 });
    assertEquals(await left("s"), ["older", "newer"]);
    assertEquals([...kept.keys()], ["newer", "older", "open", "theirs"]);
    const held = await keepRecording({ ...about, me: "me", roomId: "r" });
    assertEquals(await left("s"), ["older", "newer"], "it is in hand");
    await dropRecording(held!);
  }),
);

Deno.test("a recording is kept whole or not at all where the device is full", async () => {
  const { factory, kept } = fakeIndexedDb();
  const before = globalThis.indexedDB;
  const { setItem } = Storage.prototype;
  Object.assign(globalThis, { indexedDB: factory });
  Storage.prototype.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const about = { me: "me", roomId: "r", language: "", known: false };
  try {
    const one = await keepRecording({ ...about, audio: new Blob(["sound"]) });
    assertEquals([one, kept.size], [undefined, 0]);
  } finally {
    Storage.prototype.setItem = setItem;
    Object.assign(globalThis, { indexedDB: before });
  }
});
