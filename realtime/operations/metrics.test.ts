import { expect, test } from "bun:test";
import { startTestServer } from "../tests/testing.ts";

/** The value of each line of a scrape. */
async function scrape(port: number): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.headers.get("content-type")).toContain("version=0.0.4");
  const values = new Map<string, number>();
  for (const line of (await answer.text()).split("\n")) {
    const match = /^([a-z_]+(?:\{[a-z]+="[^"]+"\})?) (\S+)$/.exec(line);
    if (match?.[1]) values.set(match[1], Number(match[2]));
    else expect(line).toMatch(/^(# (HELP|TYPE) .+)?$/);
  }
  return values;
}

test("counts what happened, and nothing about anyone", async () => {
  const server = await startTestServer();
  const ann = await server.enter("ann", "r");
  const ben = await server.enter("ben", "r");
  for (let i = 1; i <= 3; i += 1) ann.chat("r", `c${i}`, "Hello");
  await ben.next("new-message", ({ offset }) => offset === 3);
  ann.chat("r", "c4", " ");
  await ann.next("error");
  const before = await scrape(server.port);
  expect(Object.fromEntries(before)).toMatchObject({
    chatsphere_connections: 2,
    chatsphere_rooms_open: 1,
    chatsphere_messages_appended_total: 3,
    chatsphere_deliveries_total: 6,
    chatsphere_append_seconds_count: 3,
    'chatsphere_append_seconds_bucket{le="+Inf"}': 3,
    'chatsphere_errors_total{code="message-empty"}': 1,
    'chatsphere_queue_length{queue="publish"}': 0,
    'chatsphere_queue_length{queue="inbox"}': 0,
    'chatsphere_queue_length{queue="store"}': 0,
    'chatsphere_refusing{work="messages"}': 0,
    chatsphere_store_up: 1,
  });
  expect(before.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  ben.sendRaw("[");
  for (let i = 0; i < 10; i += 1) ben.send("[");
  await ben.closed;
  ann.close();
  await ann.closed;
  const after = await scrape(server.port);
  expect(after.get('chatsphere_closes_total{code="4400"}')).toBe(1);
  expect(after.get("chatsphere_connections")).toBe(0);
  expect(after.get("chatsphere_rooms_open")).toBe(0);
  expect([...after.keys()].join()).not.toMatch(/ann|ben|Hello/);
  await server.stop();
});

test("says that the store is down", async () => {
  const server = await startTestServer();
  const { log } = server.hub;
  const { ping } = log;
  log.ping = () => Promise.reject(new Error("away"));
  expect((await scrape(server.port)).get("chatsphere_store_up")).toBe(0);
  const ready = await fetch(`http://127.0.0.1:${server.port}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    ready: false,
    store: { name: "sqlite", state: "down", reason: expect.any(String) },
    keys: { state: "up" },
  });
  log.ping = ping;
  await server.stop();
});

test("is ready while web is away, and says that it is", async () => {
  const server = await startTestServer({ appUrl: "http://127.0.0.1:1" });
  const ready = await fetch(`http://127.0.0.1:${server.port}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    ready: true,
    keys: { state: "down", reason: expect.stringContaining("APP_URL") },
  });
  await server.stop();
});

test("measures for this machine alone, unless it listens to others", async () => {
  const server = await startTestServer();
  const url = `http://127.0.0.1:${server.port}`;
  const asAsked = { headers: { host: "live.acme.example" } };
  const passedOn = await fetch(`${url}/metrics`, asAsked);
  expect(passedOn.status).toBe(404);
  const other = await fetch(`${url}/healthz`, asAsked);
  expect(other.status).toBe(200);
  expect(other.headers.get("x-content-type-options")).toBe("nosniff");
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  await server.stop();
  const open = await startTestServer({ host: "0.0.0.0" });
  const scraped = await fetch(
    `http://127.0.0.1:${open.port}/metrics`,
    asAsked,
  );
  expect(scraped.status).toBe(200);
  await open.stop();
});
