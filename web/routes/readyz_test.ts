import { assert, assertEquals } from "@std/assert";
import { onStage } from "../http/api-testing.ts";

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
  onStage(async ({ app, stranger }) => {
    const { kv } = app.services;
    app.services.kv = {
      get: () => Promise.reject(new Error("The store is gone")),
    } as unknown as Deno.Kv;
    assertEquals((await stranger().send("GET", "/healthz")).status, 200);
    const { status, body } = await stranger().send("GET", "/readyz");
    app.services.kv = kv;
    assertEquals([status, body.ready], [503, false]);
    assertEquals(body.dependencies.kv, { state: "unreachable" });
  }),
);
