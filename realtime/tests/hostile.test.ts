import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { FrameError } from "../frame-fields.ts";
import { parseFrame } from "../frames.ts";
import { CLOSE, mayReconnect } from "../protocol.ts";
import { startTestServer, TestClient, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ messageRate: 5, messageBurst: 50 });
});
afterAll(() => server.stop());

const message = (content: unknown, clientId: unknown = "c1") => ({
  event: "chat-message",
  roomId: "r",
  message: { clientId, content },
});

const REFUSED: [what: string, frame: unknown, code: string][] = [
  ["an empty message", message(" \n "), "message-empty"],
  [
    "a message that cannot be seen",
    message("\u200b\u2060\u2800\u3164\u00ad"),
    "message-empty",
  ],
  ["an edit without a text", {
    event: "edit-message",
    roomId: "r",
    clientId: "c",
    id: "1-1",
  }, "bad-frame"],
  ["a long message", message("x".repeat(4_001)), "message-too-long"],
  ["content of another type", message({ text: "x" }), "bad-frame"],
  ["a missing clientId", message("x", null), "bad-frame"],
  ["a clientId with spaces", message("x", "a b"), "bad-frame"],
  ["an unknown event", { event: "drop-table" }, "unknown-event"],
  ["no event", {}, "unknown-event"],
  ["an array", [], "bad-frame"],
  ["null", null, "bad-frame"],
  ["a room of another type", { event: "join-room", roomId: 7 }, "bad-frame"],
  ["an echo of another type", {
    event: "join-room",
    roomId: "r",
    echo: "yes",
  }, "bad-frame"],
  ["a negative offset", {
    event: "read",
    roomId: "r",
    offset: -1,
  }, "bad-frame"],
  ["a reaction that is neither on nor off", {
    event: "react",
    roomId: "r",
    clientId: "c",
    id: "1-1",
    emoji: "👍",
  }, "bad-frame"],
  ["a word as emoji", {
    event: "react",
    roomId: "r",
    clientId: "c",
    id: "1-1",
    emoji: "ok",
    on: true,
  }, "bad-frame"],
  ["an inherited name as room", {
    event: "typing",
    roomId: "__proto__",
  }, "not-member"],
];
for (const [what, frame, code] of REFUSED) {
  test(`answers ${what} with ${code} and goes on`, async () => {
    const client = await server.enter("ann", "r");
    client.send(frame);
    const error = await client.next("error");
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(/^[A-Z].*[.:-]$/);
    await client.join("r");
    client.close();
  });
}

test("names the clientId a refusal answers", async () => {
  const client = await server.enter("ann", "r");
  client.send(message("", "c9"));
  expect(await client.next("error")).toMatchObject({ ref: "c9" });
  client.send({ event: "typing", roomId: "x" });
  expect(await client.next("error")).toMatchObject({ ref: "typing" });
});

test("takes 4,000 characters and keeps every one of them", async () => {
  const client = await server.enter("ann", "r");
  const content = 'é😀\u0000\ud800"\\\n'.repeat(500).trim();
  client.send(message(content, "long"));
  const sent = await client.next("new-message");
  expect(sent.message.content).toBe(content);
});

test("tells whoever wrote too much how much fits, and what to do", async () => {
  const client = await server.enter("ann", "r");
  client.send(message("x".repeat(4_001), "too-long"));
  expect(await client.next("error")).toMatchObject({
    message:
      "A message may have at most 4,000 characters. Shorten it, or send it in two.",
  });
});

test("binary frames, broken JSON and large frames are told, then closed", async () => {
  const client = await server.enter("ann", "r");
  client.sendRaw(new Uint8Array([1, 2, 3]));
  expect(await client.next("error")).toMatchObject({ code: "binary-frame" });
  client.send("{");
  expect(await client.next("error")).toMatchObject({ code: "bad-json" });
  for (const large of ["x".repeat(120_000), "€".repeat(22_000)]) {
    client.send(large);
    const error = await client.next("error");
    expect(error).toMatchObject({ code: "frame-too-large" });
  }
  await client.join("r");
  for (let i = 0; i < 10; i += 1) client.send("[");
  expect((await client.closed).code).toBe(CLOSE.badFrame);
});

test("a frame that is too large to be read ends its own socket, for good", async () => {
  const [ann, ben] = [
    await server.enter("ann", "r"),
    await server.enter("ben", "r"),
  ];
  ann.send("x".repeat(140_000));
  const { code } = await ann.closed;
  expect(code).toBe(1009);
  expect([1009, 4400, 4403].some(mayReconnect)).toBe(false);
  expect([1002, 1006, 1007, 1012, 4000, 4008].every(mayReconnect)).toBe(true);
  ben.chat("r", `after-${crypto.randomUUID()}`, "Nothing happened here");
  await ben.next("message-ack");
});

test("refuses everything before identify", async () => {
  const client = new TestClient(server.port);
  await client.opened;
  client.send({ event: "join-room", roomId: "r" });
  expect(await client.next("error")).toMatchObject({ code: "not-identified" });
  client.close();
});

test("limits the rate, then the patience", async () => {
  const client = await server.enter("ann", "r");
  for (let i = 0; i < 60; i += 1) client.chat("r", `fast-${i}`, "x");
  const limited = await client.next("error");
  expect(limited).toMatchObject({ code: "rate-limited", retryable: true });
  expect(limited.ref).toStartWith("fast-");
  for (let i = 0; i < 200; i += 1) client.chat("r", `faster-${i}`, "x");
  expect((await client.closed).code).toBe(CLOSE.flooding);
});

test("answers no flood of frames that mean nothing, identified or not", async () => {
  // Each was answered: whoever could reach the port could have it write for 15 seconds.
  const stranger = new TestClient(server.port);
  await stranger.opened;
  const member = await server.enter("ann", "r");
  const frames = ["no-such-event", "typing"];
  for (const client of [stranger, member]) {
    for (let i = 0; i < 1_000; i += 1) {
      client.send({ event: frames[i % 2], roomId: "x" });
    }
    expect((await client.closed).code).toBe(CLOSE.flooding);
    const told = client.frames.filter(({ event }) => event === "error");
    expect(told.length).toBeLessThan(500);
  }
});

test("closes a socket that floods its queue", async () => {
  const client = new TestClient(server.port);
  await client.opened;
  const token = await server.issuer.personToken("ann", { r: "member" });
  client.send({ event: "identify", token });
  for (let i = 0; i < 2_000; i += 1) client.chat("r", `q-${i}`, "x");
  expect((await client.closed).code).toBe(CLOSE.flooding);
});

const events = fc.constantFrom(
  "identify",
  "join-room",
  "leave-room",
  "chat-message",
  "edit-message",
  "delete-message",
  "react",
  "typing",
  "read",
  "nonsense",
);
const value = fc.oneof(
  fc.anything({ withNullPrototype: true }),
  fc.constantFrom("r", "other", "1-1", "👍", 1, true, "c1"),
);
const frames = fc.record({
  event: fc.oneof(events, value),
  roomId: value,
  message: fc.oneof(
    fc.record({ clientId: value, content: value, replyTo: value }),
    value,
  ),
  clientId: value,
  content: value,
  id: value,
  emoji: value,
  on: value,
  since: fc.oneof(fc.record({ epoch: value, offset: value }), value),
  echo: fc.oneof(fc.boolean(), value),
  offset: value,
  token: value,
}, { requiredKeys: [] });

const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    // fast-check also makes values JSON cannot hold, such as big integers.
    return "{}";
  }
};

test("parsing any text gives a frame or a FrameError", () => {
  const texts = fc.oneof(fc.string(), frames.map(jsonText), fc.json());
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseFrame(text);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
});

const name = fc.stringMatching(/^[\w.:-]{1,70}$/);

test("a message means the same, however it is written", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), name);
  const frame = fc.record({
    event: fc.constant("chat-message"),
    roomId: text,
    message: fc.record({ clientId: text, content: text }),
  });
  const parse = (text: string) => {
    try {
      return parseFrame(text);
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(frame, (frame) => {
      expect(parse(JSON.stringify(frame)))
        .toEqual(parse(JSON.stringify(frame, null, 1)));
    }),
    { numRuns: 2_000 },
  );
});

test(
  "any frames, in any order: no crash, no false ack, no other room",
  async () => {
    const watcher = await server.enter("witness", "other");
    const run = fc.asyncProperty(
      fc.array(frames.map(jsonText), { maxLength: 12 }),
      async (texts) => {
        const client = await server.enter("ann", "r");
        for (const text of texts.filter((it) => it.length < 60_000)) {
          client.send(text);
        }
        await Promise.race([client.closed, settled(client)]);
        await checkAcks(client);
        client.close();
      },
    );
    await fc.assert(run, { numRuns: 60 });
    const { offset } = await watcher.join("other");
    expect(offset).toBe(0);
  },
  20_000,
);

/** Resolves when the server has answered a frame sent after all others. */
async function settled(client: TestClient): Promise<void> {
  client.send({ event: "leave-room", roomId: "r" });
  client.send({ event: "join-room", roomId: "nowhere" });
  const last = await client.next(
    "error",
    (it) => it.code === "not-member" && it.ref === "join-room",
  ).catch(() => null);
  expect(last === null || last.retryable === false).toBe(true);
}

async function checkAcks({ frames }: TestClient): Promise<void> {
  for (const frame of frames) {
    if (frame.event !== "message-ack") continue;
    const slice = await server.hub.log.read("r", frame.offset - 1, 1);
    expect(frame.roomId).toBe("r");
    expect(slice.entries[0]?.head).toContain(JSON.stringify(frame.clientId));
  }
}
