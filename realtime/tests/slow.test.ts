import type { Connection } from "../connections/connection.ts";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { until } from "../log/testing.ts";
import { CLOSE } from "../protocol.ts";
import { startTestServer, type TestServer } from "./testing.ts";
import { type SlowReaders, sweep } from "../operations/upkeep.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    messageRate: 100_000,
    messageBurst: 10_000,
  });
});
afterAll(() => server.stop());

/** A client text frame (RFC 6455 §5.2), masked with zeros. */
function textFrame(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const { length } = payload;
  const head = length < 126
    ? [0x81, 0x80 | length]
    : [0x81, 0x80 | 126, length >> 8, length & 255];
  return new Uint8Array([...head, 0, 0, 0, 0, ...payload]);
}

/** A socket that joins a room and then never reads again. */
async function enterAndFreeze(user: string, room: string): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.write(
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("data", resolve));
  const token = await server.issuer.personToken(user, { [room]: "member" });
  socket.write(textFrame(JSON.stringify({ event: "identify", token })));
  const join = { event: "join-room", roomId: room };
  socket.write(textFrame(JSON.stringify(join)));
  const joined = new Promise<void>((resolve) => {
    socket.on("data", (data) => {
      if (data.includes("room-joined")) resolve();
    });
  });
  await joined;
  socket.pause();
  return socket;
}

test(
  "a reader that stops is let go, and the others get everything",
  async () => {
    const ann = await server.enter("ann", "slow");
    const frozen = await enterAndFreeze("ben", "slow");
    frozen.on("error", () => {});
    expect(server.hub.connections.size).toBe(2);
    const content = "x".repeat(4_000);
    let sent = 0;
    while (server.hub.connections.size === 2 && sent < 10_000) {
      for (let i = 0; i < 100; i += 1) ann.chat("slow", `c${sent++}`, content);
      await ann.next(
        "message-ack",
        ({ clientId }) => clientId === `c${sent - 1}`,
      );
    }
    expect(server.hub.connections.size).toBe(1);
    const offsets = () =>
      ann.frames.flatMap((it) => it.event === "new-message" ? it.offset : []);
    await until(() => offsets().length === sent);
    expect(offsets()).toEqual(offsets().map((_, i) => i + 1));
    frozen.destroy();
  },
  20_000,
);

test("a reader that stays behind is told so, after what it was sent", async () => {
  const ann = await server.enter("ann", "behind");
  const frozen = await enterAndFreeze("ben", "behind");
  const chunks: Uint8Array[] = [];
  frozen.on("data", (chunk) => chunks.push(chunk));
  frozen.pause();
  const ben = [...server.hub.connections].find((it) => it.person?.id === "ben");
  const behind = () => ben?.socket.getBufferedAmount() ?? 0;
  let sent = 0;
  while (behind() <= 524_288) {
    ann.chat("behind", `c${sent++}`, "x".repeat(4_000));
    await ann.next("message-ack", ({ offset }) => offset === sent);
  }
  const slow: SlowReaders = new Map();
  for (let second = 1; second < 10; second += 1) sweep(server.hub, slow);
  expect(ben?.closed).toBe(false);
  sweep(server.hub, slow);
  expect(ben?.closed).toBe(true);
  const ended = new Promise((resolve) => frozen.once("end", resolve));
  await until(() => (ben as Connection).socket.readyState !== 1);
  frozen.resume();
  await ended;
  // A close frame (RFC 6455 §5.5.1): the code, then why.
  const tail = Buffer.concat(chunks).subarray(-12);
  expect(tail[0]).toBe(0x88);
  expect(tail.readUInt16BE(2)).toBe(CLOSE.tooSlow);
  expect(tail.subarray(4).toString()).toBe("too slow");
});

test("a reader that catches up in time stays", () => {
  const slow: SlowReaders = new Map();
  const amounts = [600_000, 600_000, 0];
  const connection = {
    deadline: Number.POSITIVE_INFINITY,
    closed: false,
    socket: { getBufferedAmount: () => amounts.shift() ?? 600_000 },
    close: () => expect.unreachable(),
  };
  const hub = { connections: new Set([connection]), streams: new Set() };
  for (let second = 0; second < 12; second += 1) {
    sweep(hub as unknown as TestServer["hub"], slow);
  }
  expect(slow.size).toBe(1);
});
