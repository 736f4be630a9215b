// What a message costs in rooms of different sizes: `bun bench/feeds.ts [--redis URL]`.
import process from "node:process";
import { parseArgs } from "node:util";
import { messageEntry } from "../log/making.ts";
import { openRedis } from "../log/testing-stores.ts";
import type { Role } from "../protocol.ts";
import { startTestServer, TestClient } from "../tests/testing.ts";

const { values } = parseArgs({ options: { redis: { type: "string" } } });
const { redis } = values;
const server = await startTestServer(
  redis ? { openLog: (listener) => openRedis([redis], listener) } : {},
);
const { hub, issuer } = server;

/** Messages of one measurement, and how many are on their way at once. */
const MESSAGES = 5_000;
const AT_ONCE = 10;

const crowd = (size: number): Record<string, Role> =>
  Object.fromEntries(
    Array.from({ length: size }, (_, i) => [`u${i}`, "member" as const]),
  );

const clients: TestClient[] = [];

/** Has so many people be here, each with one socket. */
async function bring(count: number): Promise<void> {
  while (clients.length < count) {
    const client = new TestClient(server.port);
    await client.identify(await issuer.personToken(`u${clients.length}`, {}));
    client.send({ event: "summaries", rooms: [] });
    await client.next("summaries");
    clients.push(client);
  }
}

let sent = 0;
const sender = { id: "sender", name: "Sender" };
const send = (roomId: string) => {
  const clientId = `c${sent += 1}`;
  const origin = { roomId, clientId, sender, timestamp: Date.now() };
  return hub.log.append(messageEntry(origin, { content: "Hello, everybody" }));
};

/** Microseconds of the server's processor, and milliseconds, for each message. */
async function measure(roomId: string): Promise<string> {
  const before = process.cpuUsage(), started = performance.now();
  for (let n = 0; n < MESSAGES; n += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => send(roomId)));
  }
  const took = performance.now() - started;
  await Bun.sleep(200);
  const { user, system } = process.cpuUsage(before);
  const cpu = ((user + system) / MESSAGES).toFixed(0);
  return `${cpu} µs, ${(took / MESSAGES).toFixed(2)} ms`;
}

for (const online of [10, 100, 500]) {
  for (const size of [500, 10_000]) {
    const room = `room-${online}-${size}`;
    await hub.log.members.put(
      room,
      { version: 1, members: crowd(size) },
      "web",
    );
    await bring(online);
    await measure(room);
    console.log(`${online} of ${size} members here: ${await measure(room)}`);
  }
}
const room = "room-many";
const started = performance.now();
for (let i = 0; i < 5_000; i += 1) {
  const members = { u0: "member", u1: "member" } as const;
  await hub.log.members.put(`r${i}`, { version: 1, members }, "asked");
}
console.log(
  `5,000 rooms handed over: ${Math.round(performance.now() - started)} ms`,
);
await hub.log.members.put(room, { version: 1, members: crowd(500) }, "web");
console.log(`two of them in 5,000 rooms: ${await measure(room)}`);
const newcomer = new TestClient(server.port);
const from = performance.now();
await newcomer.identify(await issuer.personToken("u1", {}));
const identified = performance.now() - from;
let pages = 0;
for (let after: string | null | undefined = "";;) {
  newcomer.send({ event: "summaries", after: after || undefined });
  const { next } = await newcomer.next("summaries");
  pages += 1;
  after = next;
  if (after === null) break;
}
const all = performance.now() - from;
console.log(
  `a person in 5,000 rooms: identified after ${identified.toFixed(0)} ms, ` +
    `all summaries, ${pages} pages, after ${all.toFixed(0)} ms`,
);
newcomer.close();
for (const client of clients) client.close();
await server.stop();
process.exit(0);
