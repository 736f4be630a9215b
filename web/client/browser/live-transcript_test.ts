import { assertEquals } from "@std/assert";
import {
  type Heard,
  type LiveTranscript,
  liveTranscript,
} from "./live-transcript.ts";

const token = () => Promise.resolve({ token: "t", expiresAt: 0 });
const piece = () => new Int16Array(1_600).buffer;
const json = (value: object) => JSON.stringify(value);
const partial = (text: string) => json({ type: "partial", text });
const final = (text: string, until = 0) =>
  json({ type: "final", text, words: [], until });

/** What the transcriber of a test does with the frames of one conversation, as they come. */
type Script = (frame: string | ArrayBuffer, socket: WebSocket) => void;

/** A transcript fed by a test, against a transcriber that follows a script. */
async function conversation(
  script: Script,
  work: (test: {
    live: LiveTranscript;
    heard: Heard[];
    /** Resolves when the transcript has said so many things. */
    said(count: number): Promise<void>;
    abort: AbortController;
    /** The language of each connection. */
    languages: string[];
  }) => Promise<void>,
  more: { getToken?: typeof token; patience?: number; language?: string } = {},
) {
  const closed: Promise<void>[] = [];
  const paths: string[] = [];
  const ids = new Set<string | null>();
  const languages: string[] = [];
  const protocols: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { pathname, searchParams } = new URL(request.url);
      paths.push(pathname);
      ids.add(searchParams.get("id"));
      languages.push(searchParams.get("language") ?? "");
      const offered = request.headers.get("sec-websocket-protocol");
      protocols.push(offered ?? "");
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol: "transcriber",
      });
      socket.binaryType = "arraybuffer";
      socket.onmessage = ({ data }) => script(data, socket);
      closed.push(
        new Promise((resolve) => socket.onclose = () => resolve()),
      );
      return response;
    },
  );
  const heard: Heard[] = [];
  let notify = () => {};
  const abort = new AbortController();
  const live = liveTranscript({
    transcriberUrl: `http://127.0.0.1:${server.addr.port}`,
    getToken: token,
    onHeard(now) {
      heard.push(now);
      notify();
    },
    signal: abort.signal,
    pause: 1,
    ...more,
  });
  const said = (count: number) =>
    new Promise<void>((resolve) => {
      notify = () => heard.length >= count && resolve();
      notify();
    });
  await work({ live, heard, said, abort, languages });
  abort.abort();
  await Promise.all(closed);
  await server.shutdown();
  assertEquals(paths.filter((path) => path !== "/transcribe/live"), []);
  assertEquals(protocols.filter((it) => it !== "transcriber, t"), []);
  assertEquals(ids.size, Math.min(1, paths.length), "one id, however often");
}

Deno.test("words come while the sound is fed, and the settled ones are the text", () => {
  const frames: (string | number)[] = [];
  return conversation((frame, socket) => {
    frames.push(typeof frame === "string" ? frame : frame.byteLength);
    if (frames.length === 1) socket.send(partial("Hello"));
    if (frames.length === 2) socket.send(final("Hello there"));
    if (frame !== json({ type: "end" })) return;
    socket.send(final("my friend"));
    socket.close(1000);
  }, async ({ live, heard, said }) => {
    live.feed(piece());
    await said(1);
    assertEquals(heard, [{ settled: [], guess: "Hello" }]);
    live.feed(piece());
    await said(2);
    assertEquals(heard[1], { settled: ["Hello there"], guess: "" });
    assertEquals(await live.finish(), "Hello there my friend");
    assertEquals(frames, [
      3_200,
      3_200,
      json({ type: "end" }),
    ]);
  });
});

Deno.test("what is said before the connection stands is not lost", () => {
  let bytes = 0;
  return conversation((frame, socket) => {
    if (typeof frame !== "string") bytes += frame.byteLength;
    if (frame !== json({ type: "end" })) return;
    socket.send(final(`${bytes}`));
    socket.close(1000);
  }, async ({ live }) => {
    for (let i = 0; i < 5; i++) live.feed(piece());
    assertEquals(await live.finish(), "16000");
  });
});

Deno.test("a refusal, a connection that always breaks and silence leave it to the recording", async () => {
  const refused: Script = (_, socket) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(json({ type: "error", code: "rate-limited", message: "No." }));
    socket.close(4429);
  };
  const broken: Script = (_, socket) => socket.close(4002);
  const nothing: Script = (frame, socket) => {
    if (frame === json({ type: "end" })) socket.close(1000);
  };
  const mute: Script = () => {};
  for (const script of [refused, broken, nothing, mute]) {
    await conversation(script, async ({ live }) => {
      live.feed(piece());
      assertEquals(await live.finish(), "");
      live.feed(piece());
      assertEquals(await live.finish(), "");
    }, { patience: 50 });
  }
});

Deno.test("a slow transcriber has its time as long as it says something", () => {
  let left = 4;
  return conversation((frame, socket) => {
    if (frame !== json({ type: "end" })) return;
    const timer = setInterval(() => {
      if (--left) return socket.send(partial(`${left}`));
      clearInterval(timer);
      socket.send(final("at last"));
      socket.close(1000);
    }, 200);
  }, async ({ live }) => {
    live.feed(piece());
    assertEquals(await live.finish(), "at last");
  }, { patience: 600 });
});

Deno.test("without a token, without sound, and when nobody waits, it ends empty", async () => {
  const signedOut = () => Promise.reject(new Error("You are signed out."));
  const mute: Script = () => {};
  await conversation(mute, async ({ live }) => {
    live.feed(piece());
    assertEquals(await live.finish(), "");
  }, { getToken: signedOut });
  await conversation(mute, async ({ live }) => {
    assertEquals(await live.finish(), "");
  });
  await conversation(
    (_, socket) => socket.send(partial("Hel")),
    async (test) => {
      test.live.feed(piece());
      await test.said(1);
      const text = test.live.finish();
      test.abort.abort();
      assertEquals(await text, "");
    },
  );
});

Deno.test("five minutes are the most it sends", () => {
  let bytes = 0;
  return conversation((frame, socket) => {
    if (typeof frame !== "string") bytes += frame.byteLength;
    if (frame !== json({ type: "end" })) return;
    socket.send(final(`${bytes / 32_000}`));
    socket.close(1000);
  }, async ({ live }) => {
    const second = new Int16Array(16_000).buffer;
    for (let i = 0; i < 310; i++) live.feed(second);
    assertEquals(await live.finish(), "300");
  });
});

Deno.test("who must wait for others is told so at once, and the recording tells", () =>
  conversation((_, socket) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(
      json({ type: "error", code: "recognizer-busy", message: "Wait." }),
    );
    socket.close(4002);
  }, async ({ live, heard, said }) => {
    live.feed(piece());
    await said(1);
    assertEquals(heard, [{ settled: [], guess: "", later: "busy" }]);
    assertEquals(await live.finish(), "");
  }));

/** Pieces of sound that can be told apart: each holds its number in all samples. */
const numbered = (n: number) => new Int16Array(1_600).fill(n).buffer;
const numbersIn = (frame: ArrayBuffer) => [...new Set(new Int16Array(frame))];

Deno.test("a connection that breaks in the middle of a sentence goes on with what was not settled", () => {
  const heard: number[][] = [];
  return conversation((frame, socket) => {
    if (typeof frame === "string") {
      socket.send(final(heard.at(-1)!.join(" ")));
      return socket.close(1000);
    }
    const [n] = numbersIn(frame);
    // The first connection settles the first three and a half pieces, and breaks at the fifth.
    if (n === 1 || heard.length === 0) heard.push([]);
    if (heard.length === 1 && n === 4) {
      socket.send(final("one two three", 0.35));
    }
    if (heard.length === 1 && n === 5) {
      socket.close(1011);
      heard.push([]);
    } else heard.at(-1)!.push(n);
  }, async ({ live, said }) => {
    for (let n = 1; n <= 4; n++) live.feed(numbered(n));
    await said(1);
    for (let n = 5; n <= 7; n++) live.feed(numbered(n));
    assertEquals(await live.finish(), "one two three 4 5 6 7");
    assertEquals(heard, [[1, 2, 3, 4], [4, 5, 6, 7]]);
  });
});

Deno.test("however often and wherever it breaks, the text has every sample exactly once", async () => {
  let seed = 11;
  const random = (most: number) =>
    (seed = seed * 48_271 % 2_147_483_647) % (most + 1);
  for (let run = 0; run < 20; run++) {
    let connection: WebSocket | undefined;
    let waiting: number[] = [];
    await conversation((frame, socket) => {
      if (socket !== connection) {
        connection = socket;
        waiting = [];
        Object.assign(socket, { samples: 0 });
      }
      const state = socket as WebSocket & { samples: number };
      if (socket.readyState !== WebSocket.OPEN) return;
      const settle = () => {
        // Its words are its samples; a page that never gets them sends the sound again.
        const words = waiting.join(" ");
        waiting = [];
        socket.send(final(words, state.samples / 16_000));
      };
      if (typeof frame === "string") {
        settle();
        return socket.close(1000);
      }
      waiting.push(...new Int16Array(frame));
      state.samples += frame.byteLength / 2;
      const luck = random(9);
      if (luck < 3) settle();
      // Right after something was settled, or with some that is not.
      if (luck === 2 || luck === 3) socket.close(1011);
    }, async ({ live }) => {
      for (let n = 0; n < 40; n++) {
        live.feed(
          Int16Array.from({ length: 100 }, (_, i) => n * 100 + i).buffer,
        );
        if (random(3) === 0) await new Promise((go) => setTimeout(go, 1));
      }
      const text = await live.finish();
      const said = text.split(" ").map(Number);
      assertEquals(said, Array.from({ length: 4_000 }, (_, i) => i));
    });
  }
});

Deno.test("a connection that does not come back leaves it to the recording, and says so", () =>
  conversation((_, socket) => socket.close(1011), async (test) => {
    test.live.feed(piece());
    await test.said(1);
    assertEquals(test.heard, [{ settled: [], guess: "", later: "lost" }]);
    assertEquals(test.languages.length, 6);
    assertEquals(await test.live.finish(), "");
  }));

Deno.test("another language is heard from the beginning, or after the recording", async () => {
  const echo: Script = (frame, socket) => {
    if (typeof frame !== "string") return;
    socket.send(final("Guten Tag"));
    socket.close(1000);
  };
  await conversation(echo, async ({ live, languages }) => {
    for (let i = 0; i < 3; i++) live.feed(piece());
    live.speak("de");
    assertEquals(await live.finish(), "Guten Tag");
    assertEquals(languages.at(-1), "de");
  }, { language: "en-US" });
  await conversation(
    (_, socket) => socket.send(final("Hello", 0.1)),
    async ({ live, heard, said }) => {
      live.feed(piece());
      await said(1);
      live.speak("de");
      assertEquals(heard.at(-1), { settled: [], guess: "", later: "language" });
      assertEquals(await live.finish(), "");
    },
  );
});
