/**
 * `deno task bench:notifications`: how long it takes from when somebody writes a mention until the
 * push leaves, while other messages go by. All on this machine: realtime, two workers of web, push
 * service and writers share its cores.
 */
import { parseArgs } from "node:util";
import { createRoom } from "../rooms/rooms.ts";
import { GLANCE_MS } from "./crowds.ts";
import { startWorld } from "./faults/world.ts";

const { values } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  options: {
    rate: { type: "string", default: "1000" },
    percent: { type: "string", default: "1" },
    seconds: { type: "string", default: "20" },
  },
});
const rate = Number(values.rate), seconds = Number(values.seconds);
const each = Math.round(100 / Number(values.percent));
if (!(rate > 0 && seconds > 0 && each >= 1)) {
  console.error(
    "Usage: deno task bench:notifications [--rate N] [--percent N] [--seconds N]",
  );
  Deno.exit(2);
}

/** Rooms, with a writer and somebody who is away in each. */
const ROOMS = 20;
/** Milliseconds between two bursts of messages. */
const TICK = 20;
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

await using world = await startWorld({
  MESSAGE_RATE: "100000",
  MESSAGE_BURST: "100000",
});
const { s, push, port, person, join } = world;
const rooms = await Promise.all(
  Array.from({ length: ROOMS }, async (_, i) => {
    const writer = await person(`Writer${i}`);
    const away = await person(`Away${i}`, [`device-${i}`]);
    const room = await createRoom(s, writer, `Room ${i}`);
    await join(away, room.id);
    const { token } = await s.signer.personToken("realtime", writer);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await new Promise((done) => socket.onopen = done);
    const identified = new Promise<void>((done) =>
      socket.onmessage = ({ data }) =>
        JSON.parse(data).event === "identified" && done()
    );
    socket.send(JSON.stringify({ event: "identify", token }));
    await identified;
    let acknowledged = 0;
    socket.onmessage = ({ data }) => {
      const { event } = JSON.parse(data);
      if (event === "message-ack") acknowledged += 1;
      else if (event === "error") console.error(data);
    };
    return { id: room.id, away, socket, acknowledged: () => acknowledged };
  }),
);

const sentAt = new Map<number, number>();
const start = performance.now();
let sent = 0;
while (performance.now() < start + seconds * 1_000) {
  const due = Math.floor((performance.now() - start) / 1_000 * rate);
  for (; sent < due; sent++) {
    const { id: roomId, away, socket } = rooms[sent % ROOMS];
    const isMention = sent % each === each - 1;
    const content = isMention
      ? `@${away.name} #${sent}`
      : "The quick brown fox jumps over the lazy dog.";
    const mentions = isMention ? [{ id: away.id, name: away.name }] : undefined;
    if (isMention) sentAt.set(sent, Date.now());
    const message = { clientId: crypto.randomUUID(), content, mentions };
    socket.send(JSON.stringify({ event: "chat-message", roomId, message }));
  }
  await pause(TICK);
}
const wrote = (performance.now() - start) / 1_000;
const until = performance.now() + 60_000;
while (push.taken.length < sentAt.size && performance.now() < until) {
  await pause(100);
}
const times = push.taken.flatMap(({ text, at }) => {
  const number = Number(/#(\d+)/.exec(JSON.parse(text).body)?.[1]);
  const before = sentAt.get(number);
  return before === undefined ? [] : [at - before];
}).sort((a, b) => a - b);
const part = (share: number) => times[Math.floor((times.length - 1) * share)];
const acknowledged = rooms.reduce((sum, it) => sum + it.acknowledged(), 0);
for (const { socket } of rooms) socket.close();
console.log(`${Math.round(sent / wrote)} messages a second for ${seconds} s`);
console.log(`${acknowledged} of ${sent} were acknowledged`);
console.log(`${sentAt.size} mentions, ${times.length} pushes`);
const shares = { p50: 0.5, p99: 0.99, most: 1 };
for (const [name, share] of Object.entries(shares)) {
  console.log(`${name}: ${part(share)} ms from sending to the push leaving`);
}
console.log(`${GLANCE_MS} ms of it are waited, for whoever looks at the room`);
