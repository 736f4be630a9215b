import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { until } from "./log/testing.ts";
import { startTestServer, type TestServer } from "./testing.ts";

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
    expect(server.hub.sessions.size).toBe(2);
    const content = "x".repeat(4_000);
    let sent = 0;
    while (server.hub.sessions.size === 2 && sent < 10_000) {
      for (let i = 0; i < 100; i += 1) ann.chat("slow", `c${sent++}`, content);
      await ann.next(
        "message-ack",
        ({ clientId }) => clientId === `c${sent - 1}`,
      );
    }
    expect(server.hub.sessions.size).toBe(1);
    const offsets = () =>
      ann.frames.flatMap((it) => it.event === "new-message" ? it.offset : []);
    await until(() => offsets().length === sent);
    expect(offsets()).toEqual(offsets().map((_, i) => i + 1));
    frozen.destroy();
  },
  20_000,
);
