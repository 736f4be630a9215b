import { deliveryOf, queueMail } from "./mail/queue-store.ts";
import { services } from "./open-services.ts";

const DAY_MS = 86_400_000;

Deno.test({
  name:
    "what waits is done soon after the services were first asked for, and nobody has to ask again",
  // It goes on for as long as the process does.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const dataDir = await Deno.makeTempDir({ prefix: "chatsphere-upkeep-" });
    Deno.env.set("DATA_DIR", dataDir);
    // Nobody listens there.
    Deno.env.set("REALTIME_INTERNAL_URL", "http://127.0.0.1:9");
    Deno.env.set("TRANSCRIBER_INTERNAL_URL", "http://127.0.0.1:9");
    const s = await services();
    try {
      const email = "ada@example.com";
      await queueMail(
        s.kv.atomic(),
        "ada",
        { kind: "password-changed", name: "Ada", email },
        Date.now() + DAY_MS,
      ).commit();
      while (await deliveryOf(s.kv, "ada") !== "sent") {
        await new Promise((done) => setTimeout(done, 5));
      }
    } finally {
      await s.faces.close();
      s.kv.close();
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});
