// What most people would write with ws: parse, add sender and time, send to each.
import { WebSocketServer } from "ws";

const rooms = new Map();
const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
server.on("listening", () => console.log(server.address().port));
let offset = 0;
server.on("connection", (socket, request) => {
  const url = new URL(request.url, "http://localhost");
  const roomId = url.searchParams.get("room");
  const user = url.searchParams.get("user");
  const room = rooms.get(roomId) ?? new Set();
  rooms.set(roomId, room.add(socket));
  socket.on("close", () => room.delete(socket));
  socket.on("message", (data) => {
    const { clientId, content } = JSON.parse(data);
    offset += 1;
    const timestamp = Date.now();
    const message = {
      id: `${timestamp}-${offset}`,
      offset,
      clientId,
      sender: { id: user, name: `Person ${user}` },
      content,
      timestamp,
    };
    const event = "new-message";
    const epoch = "1700000000000";
    const text = JSON.stringify({ event, roomId, epoch, offset, message });
    for (const other of room) if (other.readyState === 1) other.send(text);
  });
});
