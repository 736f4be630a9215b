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
const final = (text: string) => json({ type: "final", text, words: [] });

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
  }) => Promise<void>,
  more: { getToken?: typeof token; patience?: number } = {},
) {
  const closed: Promise<void>[] = [];
  const paths: string[] = [];
  const protocols: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      paths.push(new URL(request.url).pathname);
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
    ...more,
  });
  const said = (count: number) =>
    new Promise<void>((resolve) => {
      notify = () => heard.length >= count && resolve();
      notify();
    });
  await work({ live, heard, said, abort });
  abort.abort();
  await Promise.all(closed);
  await server.shutdown();
  assertEquals(paths.filter((path) => path !== "/transcribe/live"), []);
  assertEquals(protocols.filter((it) => it !== "transcriber, t"), []);
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

Deno.test("a refusal, a broken end and silence leave it to the recording", async () => {
  const refused: Script = (_, socket) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(json({ type: "error", code: "rate-limited", message: "No." }));
    socket.close(4429);
  };
  const broken: Script = (frame, socket) => {
    if (typeof frame === "string") return;
    socket.send(final("Half of"));
    socket.close(4002);
  };
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
    assertEquals(heard, [{ settled: [], guess: "", busy: true }]);
    assertEquals(await live.finish(), "");
  }));
