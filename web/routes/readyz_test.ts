import { assert, assertEquals } from "@std/assert";
import { onStage } from "../http/testing/api.ts";

Deno.test(
  "the service is alive and ready",
  onStage(async ({ stranger }) => {
    const alive = await stranger().send("GET", "/healthz");
    assertEquals([alive.status, alive.body], [200, { ok: true }]);
    const ready = await stranger().send("GET", "/readyz");
    assertEquals([ready.status, ready.body.ready], [200, true]);
    const { kv, realtime, faces, mail } = ready.body.dependencies;
    assertEquals(kv, { state: "ready" });
    assert(["ready", "not-ready", "unreachable"].includes(realtime.state));
    assertEquals(faces, { state: "ready", engine: "local" });
    assertEquals(mail, { state: "ready", engine: "outbox" });
    assertEquals(ready.headers.get("cache-control"), "no-store");
  }),
);

Deno.test(
  "without its store the service is alive and not ready",
  onStage(async ({ app, stranger, newcomer }) => {
    const { kv } = app.services;
    // Somebody who looks with their own browser sends a session, which is in the store.
    const operator = await newcomer("Ada");
    const broken = () => Promise.reject(new Error("The store is gone"));
    app.services.kv = { get: broken, getMany: broken } as unknown as Deno.Kv;
    for (const asker of [stranger(), operator]) {
      assertEquals((await asker.send("GET", "/healthz")).status, 200);
      const { status, body } = await asker.send("GET", "/readyz");
      assertEquals([status, body.ready], [503, false]);
      assertEquals(body.dependencies.kv, { state: "unreachable" });
    }
    app.services.kv = kv;
  }),
);
