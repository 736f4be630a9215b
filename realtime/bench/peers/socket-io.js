// Socket.IO with its Redis adapter; with `write` each message is first added to Redis.
import { createServer } from "node:http";
import process from "node:process";
import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";

const redis = new Redis(process.env.REDIS_URL);
const write = process.env.WRITE === "1";
const http = createServer();
const io = new Server(http, {
  adapter: createAdapter(redis.duplicate(), redis.duplicate()),
  transports: ["websocket"],
  perMessageDeflate: false,
  pingInterval: 120_000,
});
let offset = 0;
io.on("connection", (socket) => {
  const { room: roomId, user } = socket.handshake.query;
  socket.join(roomId);
  socket.on("chat-message", async ({ clientId, content }) => {
    offset += 1;
    const timestamp = Date.now();
    const sender = { id: user, name: `Person ${user}` };
    const id = `${timestamp}-${offset}`;
    const message = { id, offset, clientId, sender, content, timestamp };
    const epoch = "1700000000000";
    const frame = { roomId, epoch, offset, message };
    if (write) {
      await redis.xadd(`bench:${roomId}`, "*", "m", JSON.stringify(message));
    }
    io.to(roomId).emit("new-message", frame);
  });
});
http.listen(0, () => console.log(http.address().port));
