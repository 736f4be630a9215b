/** People who are in a room for a while, over a socket that web passes on. */
import type { ClientFrame, ServerFrame } from "../../../realtime/protocol.ts";

export interface Visit {
  web: string;
  cookie: string;
  roomId: string;
}

async function tokenOf({ web, cookie }: Visit): Promise<string> {
  const answer = await fetch(`${web}/api/token`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify({ audience: "realtime" }),
  });
  return (await answer.json()).token;
}

/** Joins a room, writes, reacts to what others write, and leaves after so many seconds. */
export async function visitRoom(visit: Visit, seconds: number): Promise<void> {
  const { web, roomId } = visit;
  const token = await tokenOf(visit);
  const socket = new WebSocket(`${web.replace("http", "ws")}/realtime`);
  const send = (frame: ClientFrame) => {
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(frame));
    }
  };
  const over = Promise.withResolvers<void>();
  let refusal: string | undefined;
  let reactions = 0;
  socket.onopen = () => send({ event: "identify", token });
  socket.onmessage = ({ data }) => {
    const frame: ServerFrame = JSON.parse(data);
    if (frame.event === "error") refusal = frame.code;
    if (frame.event === "identified") send({ event: "join-room", roomId });
    if (frame.event === "room-joined") {
      send({ event: "typing", roomId });
      send({ event: "summaries" });
      const clientId = crypto.randomUUID();
      const content = `Hello from a socket, ${clientId}.`;
      send({ event: "chat-message", roomId, message: { clientId, content } });
    }
    if (frame.event !== "new-message") return;
    send({ event: "read", roomId, offset: frame.offset });
    if (reactions++ > 0) return;
    const { id } = frame.message;
    const clientId = crypto.randomUUID();
    send({ event: "react", roomId, clientId, id, emoji: "👍", on: true });
  };
  const timer = setTimeout(() => socket.close(), seconds * 1_000);
  socket.onclose = ({ code }) => {
    clearTimeout(timer);
    if (refusal) over.reject(new Error(`The socket was refused: ${refusal}`));
    else if (code > 1005) over.reject(new Error(`The socket closed: ${code}`));
    else over.resolve();
  };
  await over.promise;
}
