import { assert, assertEquals } from "@std/assert";
import { type Outcome, webPush } from "./send.ts";
import { startPushService } from "./testing-service.ts";

const CONFIG = {
  appUrl: "http://localhost:8000",
  mailFrom: "ChatSphere <chat@example.com>",
};
/** Any address, as the service of the test is on this machine. */
const anywhere = () => Promise.resolve();

Deno.test("a push arrives as it was sent, signed by the one key of all instances", async () => {
  await using service = startPushService();
  using kv = await Deno.openKv(":memory:");
  const [one, two] = [
    webPush(kv, CONFIG, anywhere),
    webPush(kv, CONFIG, anywhere),
  ];
  assertEquals(await one.publicKey(), await two.publicKey());
  assert(/^B[\w-]{86}$/.test(await one.publicKey()));
  const device = await service.subscribe("phone");
  for (const push of [one, two]) {
    assertEquals(await push.send(device, "Grüße", "topic"), { kind: "sent" });
  }
  const [{ text, headers }] = service.taken;
  assertEquals(text, "Grüße");
  assertEquals(headers.get("content-encoding"), "aes128gcm");
  assertEquals(headers.get("topic"), "topic");
  assert(Number(headers.get("ttl")) > 0);
});

Deno.test("what a push service answers is understood", async () => {
  await using service = startPushService();
  using kv = await Deno.openKv(":memory:");
  const push = webPush(kv, CONFIG, anywhere, 200);
  const device = await service.subscribe("phone");
  const outcomeOf = (answer: () => Response | Promise<Response>) => {
    service.answers.set("phone", answer);
    return push.send(device, "text", "topic");
  };
  const status = (status: number, headers?: HeadersInit) => () =>
    new Response(null, { status, headers });
  const expected: [() => Response | Promise<Response>, Outcome][] = [
    [status(202), { kind: "sent" }],
    [status(404), { kind: "gone" }],
    [status(410), { kind: "gone" }],
    [status(403), { kind: "gone" }],
    [status(413), { kind: "refused" }],
    [status(302, { location: service.url }), { kind: "refused" }],
    [status(429, { "retry-after": "7" }), { kind: "later", waitMs: 7_000 }],
    [status(503), { kind: "later", waitMs: undefined }],
  ];
  for (const [answer, outcome] of expected) {
    assertEquals(await outcomeOf(answer), outcome);
  }
  const { promise, resolve } = Promise.withResolvers<Response>();
  assertEquals(await outcomeOf(() => promise), { kind: "later" });
  resolve(new Response());
  const nowhere = { ...device, endpoint: "http://127.0.0.1:1/x" };
  assertEquals(await push.send(nowhere, "text", "topic"), { kind: "later" });
  // By itself it posts to nothing on this machine.
  const careful = webPush(kv, CONFIG);
  service.answers.delete("phone");
  assertEquals(await careful.send(device, "text", "topic"), { kind: "later" });
  assertEquals(service.taken, []);
});
