import { assertEquals } from "@std/assert";

const code = await Deno.readTextFile(
  new URL("../../static/sw-push.js", import.meta.url),
);

/** The part of the service worker that takes pushes, in a browser with this subscription. */
function startWorker(endpoint: string | null, answers: Response[]) {
  const done: unknown[] = [];
  const subscription = (endpoint: string) => ({
    endpoint,
    options: { applicationServerKey: "old key" },
    toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }),
    unsubscribe: () => Promise.resolve(done.push(["unsubscribe", endpoint])),
  });
  const pushManager = {
    getSubscription: () => Promise.resolve(endpoint && subscription(endpoint)),
    subscribe: (options: { applicationServerKey: string }) => {
      done.push(["subscribe", options.applicationServerKey]);
      return Promise.resolve(subscription("new"));
    },
  };
  const fetch = (path: string, init: { method: string; body: string }) => {
    done.push([init.method, path, JSON.parse(init.body).endpoint]);
    return Promise.resolve(answers.shift() ?? new Response(null));
  };
  // deno-lint-ignore no-explicit-any -- what a worker is, as far as this is concerned
  const self: any = {};
  // deno-lint-ignore no-explicit-any -- its listeners take what a browser gives
  const listeners: Record<string, any> = {};
  new Function(
    ...["self", "registration", "fetch", "addEventListener"],
    code.replace("renewPush(event", "self.renewPush(event"),
  )(
    ...[self, { pushManager }, fetch],
    (kind: string, listener: unknown) => listeners[kind] = listener,
  );
  return {
    done,
    renew: () => self.renewPush(),
    dropped: async () => {
      let work: Promise<void> | undefined;
      listeners.pushsubscriptionchange({
        oldSubscription: subscription("old"),
        waitUntil: (promise: Promise<void>) => work = promise,
      });
      await work;
    },
  };
}

const DEVICE = "/account/notifications/device";
const status = (status: number) => new Response(null, { status });

Deno.test("a subscription that the server sends to is left alone, and asked about once in a while", async () => {
  for (const known of [204, 404, 401, 503]) {
    const worker = startWorker("here", [status(known)]);
    await worker.renew();
    await worker.renew();
    assertEquals(worker.done, [["PATCH", DEVICE, "here"]]);
  }
  const none = startWorker(null, []);
  await none.renew();
  assertEquals(none.done, []);
});

Deno.test("a subscription that has ended is replaced by one for the server's key", async () => {
  const worker = startWorker("here", [Response.json({ key: "key" })]);
  await worker.renew();
  assertEquals(worker.done, [
    ["PATCH", DEVICE, "here"],
    ["unsubscribe", "here"],
    ["subscribe", "key"],
    ["POST", DEVICE, "new"],
  ]);
});

Deno.test("what the browser dropped by itself is made anew, or told where it made another", async () => {
  const dropped = startWorker(null, []);
  await dropped.dropped();
  assertEquals(dropped.done, [
    ["subscribe", "old key"],
    // Whoever is signed in now may be somebody else, who never turned notifications on here.
    ["PATCH", DEVICE, "new"],
  ]);
  const another = startWorker("another", [status(204)]);
  await another.dropped();
  assertEquals(another.done, [["PATCH", DEVICE, "another"]]);
});
