import { connect, type Socket } from "node:net";

/**
 * Long messages in a room of its own, and how often it asks for them and does not read:
 * together more than the buffers of two kernels hold.
 */
const MESSAGES = 40;
const LENGTH = 4_000;
const REQUESTS = 190;
/** Milliseconds it gives the server to store them: their acknowledgements stay unread. */
const STORED = 300;
/** Milliseconds in which it reads nothing. */
const ASLEEP = 4_000;
/** Milliseconds in which it has to find, reading again, that it was let go. */
const AWAKE = 8_000;

/** A room of nobody else, named in the token beside the one given. */
export const HEAVY_ROOM = "heavy";

/**
 * Connects, identifies, joins a room, and asks for another again and again without reading
 * a byte. Resolves to whether the server had let it go by the time it reads again.
 */
export async function readSlowly(
  port: number,
  token: string,
  roomId: string,
): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const gone = new Promise<boolean>((resolve) => {
    // An error is followed by a close.
    socket.on("error", () => {});
    socket.on("close", () => resolve(true));
  });
  const opened = upgrade(socket).then(() => false);
  const failed = await Promise.race([gone, opened, Bun.sleep(AWAKE)]);
  if (failed === false) await overfill(socket, token, roomId);
  socket.resume();
  const limit = Bun.sleep(AWAKE).then(() => false);
  const dropped = await Promise.race([gone, limit]);
  socket.destroy();
  return dropped;
}

/** The answer to the upgrade is all that it reads. */
function upgrade(socket: Socket): Promise<void> {
  socket.write(
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  return new Promise((resolve) =>
    socket.once("data", () => {
      socket.pause();
      resolve();
    })
  );
}

async function overfill(socket: Socket, token: string, roomId: string) {
  const send = (value: unknown) => void socket.write(frame(value));
  send({ event: "identify", token });
  send({ event: "join-room", roomId });
  for (let i = 0; i < MESSAGES; i += 1) {
    const message = { clientId: `${i}`, content: "x".repeat(LENGTH) };
    send({ event: "chat-message", roomId: HEAVY_ROOM, message });
  }
  await Bun.sleep(STORED);
  for (let i = 0; i < REQUESTS; i += 1) {
    send({ event: "join-room", roomId: HEAVY_ROOM });
  }
  await Bun.sleep(ASLEEP);
}

/** A masked text frame (RFC 6455 §5.2); the mask is zero, which leaves the text as it is. */
function frame(value: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const length = text.length < 126
    ? [0x80 | text.length]
    : [0x80 | 126, text.length >> 8, text.length & 0xff];
  return Uint8Array.from([0x81, ...length, 0, 0, 0, 0, ...text]);
}
